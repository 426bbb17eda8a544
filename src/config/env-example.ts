import { examples } from './examples.ts';
import { variables } from './variables.ts';

/** The text of `.env.example`: every variable, with its example or its default. `npm run codegen` writes it. */
export function envExample(): string {
  const { NODE_ENV: _set, ...rest } = variables.shape;
  const optional = Object.keys(rest).filter((name) => !(name in examples));
  const defaults: Readonly<Record<string, unknown>> = variables.parse({});
  const hasDefault = (name: string): boolean => ['string', 'number'].includes(typeof defaults[name]);
  return [
    '# A deployment’s configuration, for a shell (set -a; . ./.env; set +a) or an env_file.',
    '# What each variable means is in README.md, under “Run it for real”.',
    '',
    'NODE_ENV=production',
    '',
    '# Production needs these.',
    ...Object.entries(examples).map(([name, example]) => exampleLine(name, example)),
    '',
    '# These have a default.',
    ...optional.filter(hasDefault).map((name) => `#${name}=${defaults[name]}`),
    '',
    '# These are unset unless you set them.',
    ...optional.filter((name) => !hasDefault(name)).map((name) => `#${name}=`),
    '',
  ].join('\n');
}

/** A value that must be generated first is described in a comment, so that nobody deploys the example itself. */
function exampleLine(name: string, example: string): string {
  if (example.startsWith('<') || example.includes('<base64')) return `# ${name}: ${example}\n${name}=`;
  return `${name}=${/^[\w:/.@{}-]+$/.test(example) ? example : `'${example}'`}`;
}

if (import.meta.main) process.stdout.write(envExample());
