// Why an item is dead, in words: the server has names for its own reasons.
import { text } from "../../en/lists.js";

export const reasonOf = ({ reason }) => text.reasons[reason] ?? reason;
