// All topics; with a name, the messages of one as they come.
import { text } from "../en/topics.js";
import { to } from "../parts/address.js";
import { call, readJson } from "../parts/api.js";
import { Grid } from "../parts/grid.js";
import { useLive } from "../parts/live.js";
import { Loaded, useReading } from "../parts/loading.js";
import { usePages } from "../parts/paged.js";
import { PrefixBox } from "../parts/prefix_box.js";
import { request } from "../parts/request.js";
import { mayDo } from "../parts/session.js";
import { useShortcut } from "../parts/shortcuts.js";
import { Empty } from "../parts/snippet_box.js";
import { PublishDialog, publishTo } from "../parts/topics/publish.js";
import { Topic } from "../parts/topics/topic.js";
import { html, useState, useTitle } from "../parts/ui.js";
import { isName } from "../parts/values.js";
import { Within, WrongName } from "../parts/within.js";

const nameOf = ({ key }) => key;
const COLUMNS = [{ key: "name", title: text.name, render: nameOf }];

export default function Topics({ rest, query }) {
  const [name] = rest;
  if (name && !isName(name)) return html`<${WrongName} name=${name} />`;
  if (name) return html`<${Topic} key=${name} name=${name} query=${query} />`;
  return html`<${Within} noun="topics" title=${text.title} prefix=${query.prefix ?? ""}>${(prefix) => html`<${AllTopics} prefix=${prefix} />`}</${Within}>`;
}

function AllTopics({ prefix }) {
  useTitle(text.title);
  const [isNew, setNew] = useState(false);
  const read = (query, signal) => readJson(request("GET", ["topics"], { query: { prefix, ...query } }), signal);
  const pages = usePages(
    async ({ after, limit, signal }) => {
      const { topics, next } = await read({ after, limit }, signal);
      return { rows: topics, next };
    },
    nameOf,
    [prefix],
  );
  const count = useReading(async (signal) => (await read({ count: 1 }, signal)).count, [prefix]);
  const isUnknown = ({ event, name }) => event === "topic.publish" && name.startsWith(prefix) && !pages.value?.some(({ key }) => key === name);
  useLive(isUnknown, () => Promise.all([pages.reload(), count.reload()]));
  const mayPublish = mayDo("topics", "publish");
  useShortcut("n", () => setNew(true), mayPublish);
  const first = publishTo("news", "the build is green");
  const empty = prefix ? html`<p>${text.noneHere(prefix)}</p>` : html`<${Empty} sentence=${text.none} request=${first} onRun=${() => call(first)} />`;
  return html`<div class="bar"><h1 class="grow">${text.title}</h1>${mayPublish && html`<button type="button" class="primary" onClick=${() => setNew(true)}>${text.newTopic} <kbd>n</kbd></button>`}</div>
    <div class="bar">
      <${PrefixBox} page="topics" label=${text.filter} prefix=${prefix} />
      <span role="status">${count.value === undefined ? "" : text.count(count.value)}</span>
    </div>
    <${Loaded} reading=${pages}>${(rows) =>
      html`<${Grid} label=${text.title} columns=${COLUMNS} rows=${rows} keyOf=${nameOf} href=${({ key }) => to("topics", key)} onMore=${pages.more} whole=${count.value} empty=${empty} />`}
    </${Loaded}>
    ${isNew && html`<${PublishDialog} onClose=${() => setNew(false)} onPublished=${(name) => (location.hash = to("topics", name))} />`}`;
}
