import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { vanishedPeers } from '../src/http/vanished-peers.ts';

/** Lines of /proc/net/tcp and /proc/net/tcp6 as Linux 6 printed them, of a server on port 42497. */
const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const lineOf = (local: string, peer: string, state: string, retransmissions: string): string =>
  `   1: ${local}:A601 ${peer} ${state} 00000008:00000000 01:00000127 ${retransmissions}     0        0 15526 2 000000000a20bae0 326 4 31 1 -1\n`;
const v4 = (peer: string, state: string, retransmissions: string): string =>
  lineOf('0107E70A', peer, state, retransmissions);
const v6 = (peer: string, retransmissions: string): string => lineOf('0'.repeat(32), peer, '01', retransmissions);

const found = (...lines: string[]): string[] => [...vanishedPeers(heading + lines.join(''), 42_497)];

describe('peers that have vanished, as the kernel knows them', () => {
  test('a peer that has long acknowledged nothing is found by the address that its socket has', () => {
    assert.deepEqual(found(v4('0207E70A:ECCC', '01', '00000007')), ['10.231.7.2 60620']);
    assert.deepEqual(found(v6('0000000000000000FFFF00000207E70A:ECCC', '00000005')), ['::ffff:10.231.7.2 60620']);
    assert.deepEqual(found(v6('B80D0120000000000000000001000000:ECCC', '0000000A')), ['2001:db8::1 60620']);
  });

  test('a peer that still acknowledges, another port and connections that are ending are left alone', () => {
    assert.deepEqual(found(v4('0207E70A:ECCC', '01', '00000000'), v4('0207E70A:ECCC', '01', '00000004')), []);
    assert.deepEqual(found(v4('0207E70A:ECCC', '04', '00000007'), v4('0207E70A:ECCC', '0A', '00000007')), []);
    assert.deepEqual(found(v4('0207E70A:ECCC', '01', '00000007').replace('A601', 'A602')), []);
    assert.deepEqual([...vanishedPeers('', 42_497)], []);
  });
});
