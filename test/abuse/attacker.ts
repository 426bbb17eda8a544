/** One attack in a process of its own, so that it takes no time from whoever measures. */
import { attacks } from './attacks.ts';

const { ATTACK: name = '', VICTIM_URL: url = '', VICTIM_TOKEN: token = '' } = process.env;
const attack = attacks[name];
if (!attack) throw new Error(`There is no such attack; there are: ${Object.keys(attacks).join(', ')}.`);
await attack({ url, token });
