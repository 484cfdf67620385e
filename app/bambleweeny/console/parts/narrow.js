// Windows that are so narrow that a table has a second line in its first cell.
import { useEffect, useMemo, useState } from "./ui.js";

// The height of a row with two lines, and that of others.
const [TWO_LINES, ONE_LINE] = [60, 40];

// Returns the height of the rows of a table with such a second line.
export function useRowHeight() {
  const media = useMemo(() => matchMedia("(max-width: 640px)"), []);
  const [isNarrow, setNarrow] = useState(media.matches);
  useEffect(() => {
    const look = () => setNarrow(media.matches);
    media.addEventListener("change", look);
    return () => media.removeEventListener("change", look);
  }, []);
  return isNarrow ? TWO_LINES : ONE_LINE;
}
