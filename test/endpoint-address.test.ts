import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointAddressFault } from '../src/webhooks/endpoint-address.ts';

const inProduction = (url: string) => endpointAddressFault(url, { allowLoopback: false });
const inDevelopment = (url: string) => endpointAddressFault(url, { allowLoopback: true });

/** The host of each range from RFC 6890 and its registries, and of the metadata services of clouds. */
const special = {
  'this network': '0.0.0.0 0.1.2.3 [::]',
  private: '10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255',
  'shared by a carrier’s customers': '100.64.0.1 100.127.255.255',
  loopback: '127.0.0.1 127.255.255.255 [::1]',
  'link-local': '169.254.0.1 169.254.255.255 [fe80::1] [febf::1]',
  'unique local': '[fc00::1] [fdff::1]',
  'once site-local': '[fec0::1]',
  multicast: '224.0.0.1 239.255.255.255 [ff02::1]',
  'reserved or for documentation and benchmarks':
    '192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 240.0.0.1 255.255.255.255 [100::1] [2001:db8::1] [2001:2::1] [3fff::1] [5f00::1] [4000::1]',
  metadata: '169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192 168.63.129.16 [fd00:ec2::254] [fd20:ce::254]',
  'IPv4-mapped': '[::ffff:10.0.0.1] [::ffff:127.0.0.1] [::ffff:8.8.8.8]',
  'IPv4-compatible and -translated': '[::127.0.0.1] [::10.0.0.1] [::ffff:0:10.0.0.1]',
  'NAT64 of such':
    '[64:ff9b::10.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::169.254.169.254] [64:ff9b::168.63.129.16] [64:ff9b:1::8.8.8.8]',
  '6to4 and Teredo': '[2002:7f00:1::] [2002:808:808::1] [2001:0:4136:e378:8000:63bf:3fff:fdd2]',
  'in another spelling':
    '0x7f.1 2130706433 017700000001 127.1 0xa9fea9fe 10.1 [0:0:0:0:0:0:0:1] [0000:0000::7f00:1] 127.0.0.1. ①②⑦.0.0.1',
} as const;

for (const [range, hosts] of Object.entries(special))
  test(`an address that is ${range} is refused in production`, () => {
    const permitted = hosts.split(' ').filter((host) => inProduction(`https://${host}/`) === null);
    assert.deepEqual(permitted, []);
  });

test('a public address is permitted', () => {
  const hosts =
    '8.8.8.8 1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 172.15.255.255 172.32.0.0 192.167.255.255 223.255.255.255 [2606:4700:4700::1111] [2a00:1450:4001::1] [64:ff9b::8.8.8.8] portal.example.com xn--bcher-kva.example';
  const refused = hosts.split(' ').filter((host) => inProduction(`https://${host}/webhooks`) !== null);
  assert.deepEqual(refused, []);
});

test('development permits loopback without TLS and on any port, and nothing else that is special', () => {
  for (const url of [
    'http://127.0.0.1:8080/',
    'http://[::1]:80/',
    'https://localhost:443/',
    'http://portal.localhost:99/',
    'http://portal.example.com/',
  ])
    assert.equal(inDevelopment(url), null, url);
  for (const url of ['http://10.0.0.1/', 'https://169.254.169.254/', 'http://[::ffff:127.0.0.1]/', 'ftp://localhost/'])
    assert.notEqual(inDevelopment(url), null, url);
});

test('a name of this machine is refused in production', () => {
  for (const host of ['localhost', 'LOCALHOST', 'localhost.', 'a.b.localhost', 'a.localhost.'])
    assert.equal(inProduction(`https://${host}/`), 'Give a host on the public internet.', host);
  assert.equal(inProduction('https://notlocalhost/'), null);
});

test('a fault of the URL says what to give instead', () => {
  const faults: Readonly<Record<string, RegExp>> = {
    '': /begins with https/,
    'portal.example.com': /begins with https/,
    'http://portal.example.com/': /begins with https/,
    'file:///etc/passwd': /begins with https/,
    'https://': /begins with https/,
    'https://a b/': /begins with https/,
    'https://user@portal.example.com/': /user name/,
    'https://:secret@portal.example.com/': /user name/,
    'https://portal.example.com/#top': /“#”/,
    'https://portal.example.com:25/': /port 443/,
    'https://portal.example.com:1023/': /port 443/,
    [`https://portal.example.com/${'x'.repeat(2_048)}`]: /at most 2048 characters/,
  };
  for (const [url, fault] of Object.entries(faults)) assert.match(inProduction(url) ?? '', fault, url);
  for (const url of [
    'https://portal.example.com:443/',
    'https://portal.example.com:1024/?a=b',
    'https://portal.example.com:8443',
  ])
    assert.equal(inProduction(url), null, url);
});
