/**
 * Puts this process's clock CLOCK_OFF_MINUTES off, ahead or (negative) behind, before anything else is loaded:
 * `node --import ./test/faults/clock-off.ts …`. Timers and `performance` run as they do on a machine whose clock is wrong.
 */
const off = Number(process.env['CLOCK_OFF_MINUTES']) * 60_000;
if (!Number.isFinite(off)) throw new Error('CLOCK_OFF_MINUTES is to be a number.');

const trueNow = Date.now;
Date.now = () => trueNow() + off;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now()] : args, newTarget),
});
