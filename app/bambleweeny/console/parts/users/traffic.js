// The requests of the last 35 days, as bars and as a table for screen readers.
import { text } from "../../en/users.js";
import { serverNow } from "../clock.js";
import { bytes, number } from "../format.js";
import { html } from "../ui.js";

const DAYS = 35;
const DAY_MS = 86_400_000;
const [BAR, HEIGHT] = [10, 100];
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });

// `traffic` are the days of GET /usage, in UTC; days without requests are missing in it.
export function Traffic({ traffic }) {
  const days = everyDay(traffic);
  const most = Math.max(...days.map(({ requests }) => requests));
  const sum = (of) => days.reduce((whole, day) => whole + of(day), 0);
  if (!most) return html`<p class="soft">${text.trafficNone}</p>`;
  const summary = text.trafficSum(sum(({ requests }) => requests), sum(failedOf));
  return html`<p>${summary}; ${text.most(number(most))}.</p>
    <svg class="traffic" viewBox=${`0 0 ${DAYS * BAR} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${summary}>
      ${days.map((day, at) => html`<${Bar} key=${day.day} day=${day} at=${at} most=${most} />`)}
      <line class="ground" x1="0" x2=${DAYS * BAR} y1=${HEIGHT} y2=${HEIGHT} />
    </svg>
    <div class="bar soft" aria-hidden="true"><span>${dates.format(new Date(days[0].day))}</span><span class="grow"></span><span>${dates.format(new Date(days.at(-1).day))}</span></div>
    <div class="bar soft" aria-hidden="true"><span><i class="mark answered"></i> ${text.succeeded}</span><span><i class="mark failed"></i> ${text.failed}</span></div>
    <div class="hidden"><${Table} traffic=${traffic} /></div>`;
}

function Bar({ day, at, most }) {
  const height = (count) => Math.max((count / most) * HEIGHT, count ? 1 : 0);
  const [whole, failed] = [height(day.requests), height(failedOf(day))];
  return html`<g><title>${text.trafficDay(dates.format(new Date(day.day)), day.requests, failedOf(day))}</title>
    <rect class="day" x=${at * BAR} y="0" width=${BAR} height=${HEIGHT} />
    <rect class="answered" x=${at * BAR + 1} y=${HEIGHT - whole} width=${BAR - 2} height=${whole} />
    <rect class="failed" x=${at * BAR + 1} y=${HEIGHT - failed} width=${BAR - 2} height=${failed} /></g>`;
}

function Table({ traffic }) {
  return html`<table><caption>${text.traffic}</caption>
    <thead><tr>${Object.entries(text.trafficColumns).map(([key, title]) => html`<th key=${key} scope="col">${title}</th>`)}</tr></thead>
    <tbody>${traffic.map((day) => html`<tr key=${day.day}><th scope="row">${dates.format(new Date(day.day))}</th><td>${number(day.requests)}</td><td>${bytes(day.bytes_in)}</td><td>${bytes(day.bytes_out)}</td>
      <td>${number(day.client_errors)}</td><td>${number(day.server_errors)}</td></tr>`)}</tbody></table>`;
}

const failedOf = ({ client_errors: client, server_errors: server }) => client + server;

function everyDay(traffic) {
  const known = new Map(traffic.map((day) => [day.day, day]));
  return Array.from({ length: DAYS }, (_, at) => {
    const day = new Date(serverNow() - (DAYS - 1 - at) * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, requests: 0, client_errors: 0, server_errors: 0 };
  });
}
