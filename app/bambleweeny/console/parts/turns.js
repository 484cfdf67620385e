// Work that is asked for more often than it can be done.

const CLOCK = { now: () => performance.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };

// Returns a function that runs `work`: never twice at once, and no sooner than `leastMs` after the last beginning. Calls while it runs lead
// to one run more. The function returns a promise of the end of a run that begins after the call.
export function inTurns(work, leastMs, { now, sleep } = CLOCK) {
  let [last, isWaiting, begun] = [Promise.resolve(), false, -Infinity];
  const run = async () => {
    const early = begun + leastMs - now();
    if (early > 0) await sleep(early);
    [isWaiting, begun] = [false, now()];
    await work();
  };
  return () => {
    if (!isWaiting) [isWaiting, last] = [true, last.then(run, run)];
    return last;
  };
}
