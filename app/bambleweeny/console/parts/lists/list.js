// One list: its counts, its rules, its items, and what can be done with them. Looking takes no item.
import { text } from "../../en/lists.js";
import { to } from "../address.js";
import { call, readJson } from "../api.js";
import { Age } from "../countdown.js";
import { confirm, say, sayError } from "../dialogs.js";
import { bytes, number } from "../format.js";
import { useLive } from "../live.js";
import { Loaded, useReading } from "../loading.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { useShortcut } from "../shortcuts.js";
import { html, useEffect, useState, useTitle } from "../ui.js";
import { countedLists, STATES, statsOf } from "./calls.js";
import { Items } from "./items.js";
import { PolicyDialog, readPolicy, Rules, savePaused } from "./policy.js";
import { PushDialog } from "./push.js";

const DUE_MS = 10_000;

export function List({ name, query }) {
  useTitle(name);
  const [open, setOpen] = useState(null);
  const stats = useReading((signal) => readJson(statsOf(name), signal), [name]);
  const policy = useReading((signal) => readPolicy(name, signal), [name]);
  const feeders = useReading((signal) => readFeeders(name, signal), [name]);
  useLive((event) => event.event.startsWith("list.") && event.name === name, stats.reload);
  useLive((event) => event.event === "list.change" && event.name === name, policy.reload);
  useDue(stats);
  const [mayPush, mayWrite] = ["push", "write"].map((verb) => mayDo("lists", verb, name));
  useShortcut("n", () => setOpen("push"), mayPush);
  const close = () => setOpen(null);
  const isNone = policy.value === null && stats.value && !["in", "out", ...STATES].some((count) => stats.value[count]);
  return html`<a class="up" href=${to("lists")}>${text.all}</a>
    <div class="bar"><h1 class="grow">${name}</h1>
      ${mayPush && html`<button type="button" class="primary" onClick=${() => setOpen("push")}>${text.push} <kbd>n</kbd></button>`}
      ${mayWrite && html`<${Pause} list=${name} stats=${stats} policy=${policy} />
      <button type="button" onClick=${() => setOpen("policy")}>${text.policy}</button>
      ${!isNone && html`<button type="button" class="danger" onClick=${() => void deleteList(name, stats.value)}>${text.deleteList}</button>`}`}</div>
    ${isNone && html`<p class="note">${text.missing}</p>`}
    <${Loaded} reading=${stats}>${(counts) => html`
      ${counts.paused && html`<p class="note">${text.isPaused}</p>`}
      <${Figures} counts=${counts} />
      ${feeders.value?.length > 0 && html`<p class="note">${text.deadLetterOf} ${feeders.value.map((one) => html`<a key=${one} href=${to("lists", one)}>${one}</a> `)}</p>`}
      ${policy.value && html`<${Rules} policy=${policy.value} />`}
      <${Items} list=${name} query=${query} counts=${counts} onChanged=${stats.reload} />`}
    </${Loaded}>
    ${open === "push" && html`<${PushDialog} list=${name} onClose=${close} onPushed=${stats.reload} />`}
    ${open === "policy" && html`<${PolicyDialog} list=${name} onClose=${close} onChanged=${() => (policy.reload(), stats.reload())} />`}`;
}

// Leases and delays end without a call, so a list that has some is counted every 10 s; the server processes what is due then.
function useDue(stats) {
  const isWaiting = stats.value && stats.value.leased + stats.value.delayed > 0;
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setInterval(() => document.hidden || void stats.reload(), DUE_MS);
    return () => clearInterval(timer);
  }, [isWaiting]);
}

function Figures({ counts }) {
  return html`<dl class="figures">
    <div><dt>${text.figures.in}</dt><dd>${number(counts.in)}</dd></div>
    <div><dt>${text.figures.out}</dt><dd>${number(counts.out)}</dd></div>
    <div><dt>${text.figures.bytes}</dt><dd>${bytes(counts.bytes)}</dd></div>
    ${counts.oldest_age !== null && html`<div><dt>${text.figures.oldest}</dt><dd><${Age} seconds=${counts.oldest_age} found=${counts} /></dd></div>`}
  </dl>`;
}

function Pause({ list, stats, policy }) {
  const [isBusy, setBusy] = useState(false);
  const isPaused = stats.value?.paused ?? false;
  const change = async () => {
    setBusy(true);
    try {
      await savePaused(list, !isPaused);
      say(isPaused ? text.resumed(list) : text.pausedNow(list));
      await Promise.all([stats.reload(), policy.reload()]);
    } catch (ex) {
      sayError(ex);
    } finally {
      setBusy(false);
    }
  };
  return html`<button type="button" aria-disabled=${isBusy} disabled=${!stats.value} onClick=${change}>${isPaused ? text.resume : text.pause}</button>`;
}

// Returns the names of the lists whose dead items go to a list, of the first 1,000 lists.
async function readFeeders(name, signal) {
  if (!mayDo("lists", "read", "*")) return [];
  const { lists } = await readJson(countedLists({ limit: 1000 }), signal);
  return lists.filter(({ policy }) => policy?.dead_letter === name).map(({ key }) => key);
}

async function deleteList(list, counts) {
  const count = STATES.reduce((sum, state) => sum + (counts?.[state] ?? 0), 0);
  const detail = text.deleteListDetail(count, bytes(counts?.bytes ?? 0));
  if (!(await confirm({ title: text.deleteListTitle(list), detail, action: text.deleteList, typed: list }))) return;
  try {
    await call(request("DELETE", ["lists", list]));
    say(text.listDeleted(list));
    location.hash = to("lists");
  } catch (ex) {
    sayError(ex);
  }
}
