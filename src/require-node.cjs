// Plain JavaScript, so that a Node that is too old for everything else can read it.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `This needs Node 24 or newer, and this is ${process.versions.node}.\n` +
      'On Linux "npm ci" brings the right one along: run it again without --omit=optional.\n' +
      'Elsewhere install Node 24 (https://nodejs.org).\n',
  );
  process.exit(1);
}
