import assert from "node:assert/strict";
import test from "node:test";
import { inTurns } from "../../app/bambleweeny/console/parts/turns.js";

// A clock that stands still but while somebody sleeps.
function clock() {
  let time = 0;
  return { now: () => time, sleep: async (ms) => void (time += ms) };
}

test("work is done at once, and once more after all calls meanwhile", async () => {
  const begun = [];
  const ends = [];
  const time = clock();
  const run = inTurns(() => new Promise((resolve) => (begun.push(time.now()), ends.push(resolve))), 250, time);
  const first = run();
  await new Promise(setImmediate);
  const later = Array.from({ length: 50 }, run);
  assert.equal(new Set(later).size, 1);
  await new Promise(setImmediate);
  assert.deepEqual(begun, [0]);
  ends[0]();
  await first;
  await new Promise(setImmediate);
  assert.deepEqual(begun, [0, 250]);
  ends[1]();
  await later[0];
  await new Promise(setImmediate);
  assert.deepEqual(begun, [0, 250]);
});

test("work that fails is done again, and a late call does not wait", async () => {
  const time = clock();
  let count = 0;
  const run = inTurns(async () => {
    if (++count === 1) throw new Error("away");
  }, 250, time);
  await assert.rejects(run(), /away/);
  await time.sleep(1000);
  await run();
  assert.equal(time.now(), 1000);
  assert.equal(count, 2);
});
