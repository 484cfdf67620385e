// The sentences of the dialog about two changes of one value.
import { plurals } from "../parts/plurals.js";

const { counted } = plurals("en");

export const text = {
  title: (name) => `${name} was changed by somebody else`,
  apart: "It was saved after you began, and nothing of yours is written yet. Your changes and theirs do not overlap.",
  overlapping: (count) => `It was saved after you began, and nothing of yours is written yet. In ${counted(count, { one: "place", other: "places" })} both have changed the same: choose yours or theirs. All other changes of both are kept.`,
  noMerge: "It was saved after you began, and nothing of yours is written yet. The new value cannot be edited in this way, so that the two cannot be merged.",
  theirs: "Their changes",
  mine: "Your changes",
  base: "The value that you began with",
  same: "No difference in the text.",
  place: (number) => `Place ${number}`,
  sides: { mine: "Yours", theirs: "Theirs" },
  removed: "removed",
  rest: (count) => `Of ${counted(count, { one: "further place", other: "further places" })} yours is kept.`,
  goOn: "Go on editing",
  keepMine: "Keep mine",
  takeTheirs: "Take theirs",
  mergeBoth: "Merge both",
};
