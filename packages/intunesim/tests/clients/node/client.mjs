// Does with Microsoft's Node client what a program of a customer does, and prints what came back as JSON.
// Only the host differs: GRAPH_URL and LOGIN_URL name the simulator.
import { ClientSecretCredential } from "@azure/identity";
import { BatchRequestContent, BatchResponseContent, Client, PageIterator } from "@microsoft/microsoft-graph-client";

const { GRAPH_URL, TENANT_ID, CLIENT_ID, CLIENT_SECRET } = process.env;
const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET, {
  authorityHost: GRAPH_URL,
  disableInstanceDiscovery: true,
});
const scope = "https://graph.microsoft.com/.default";
const graph = Client.initWithMiddleware({
  authProvider: { getAccessToken: async () => (await credential.getToken(scope)).token },
  baseUrl: GRAPH_URL,
  customHosts: new Set([new URL(GRAPH_URL).hostname]),
  defaultVersion: "beta",
});

async function all(path) {
  const found = [];
  const iterator = new PageIterator(graph, await graph.api(path).top(7).get(), (item) => found.push(item) > 0);
  await iterator.iterate();
  return found;
}

async function refusal(request) {
  try {
    await request;
  } catch (error) {
    return [error.statusCode, error.code];
  }
  return null;
}

async function batch(steps) {
  const requests = steps.map(([id, path, dependsOn]) => ({ id, dependsOn, request: new Request(`https://x${path}`) }));
  const content = await new BatchRequestContent(requests).getContent();
  const answer = new BatchResponseContent(await graph.api("/$batch").post(content));
  return Object.fromEntries(steps.map(([id]) => [id, answer.getResponseById(id).status]));
}

const policies = await all("/deviceManagement/configurationPolicies");
const selected = await graph.api("/deviceManagement/configurationPolicies").select("name").filter("platforms eq 'windows10'").get();
const expanded = await graph.api("/deviceManagement/deviceConfigurations").expand("assignments").get();
const categories = graph.api("/deviceManagement/deviceCategories");
const made = await categories.post({ displayName: "From Node" });
const one = graph.api(`/deviceManagement/deviceCategories/${made.id}`);
await one.update({ description: "Changed" });
const changed = await one.get();
await one.delete();
const gone = await refusal(one.get());
const groups = await graph.api("/groups").header("ConsistencyLevel", "eventual").count(true).search('"displayName:SG"').get();
const counted = await graph.api("/groups/$count").header("ConsistencyLevel", "eventual").get();
const delta = await graph.api("/groups/delta").get();
const byIds = await graph.api("/directoryObjects/getByIds").post({ ids: groups.value.slice(0, 2).map((group) => group.id) });
const independent = await batch([["1", "/deviceManagement/deviceCategories"], ["2", "/groups"]]);
const failed = await batch([["1", "/deviceManagement/deviceCategories/unknown"], ["2", "/groups", ["1"]]]);
const unknown = await refusal(graph.api("/groups").select("nonsense").get());

console.log(
  JSON.stringify({
    policies: policies.map((policy) => policy.id),
    selected: selected.value.map((policy) => Object.keys(policy).sort()),
    contexts: expanded.value.filter((each) => each["assignments@odata.context"]?.includes(each.id)).length,
    expanded: expanded.value.length,
    changed: [changed.displayName, changed.description],
    gone,
    counts: [groups["@odata.count"], groups.value.length, Number(counted)],
    delta: delta.value.length,
    byIds: byIds.value.length,
    independent,
    failed,
    unknown,
  }),
);
