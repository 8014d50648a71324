// One loop, driven by a client that was generated from the document: period, submission, acceptance, consolidation,
// issue, lineage, verification. What the document leaves out or gets wrong does not compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const [base, password] = process.argv.slice(2) as [string, string];

type Sent<T> = { data?: T; error?: components["schemas"]["Problem"]; response: Response };

function of<T>(what: string, sent: Sent<T>): T {
  if (sent.data === undefined) throw new Error(`${what}: ${sent.response.status} ${sent.error?.detail ?? ""}`);
  return sent.data;
}

function tag(sent: { response: Response }): string {
  const found = sent.response.headers.get("etag");
  if (!found) throw new Error("no ETag");
  return found;
}

async function person(username: string) {
  const client = createClient<paths, "application/json" | "application/problem+json">({ baseUrl: base });
  const session = of("sign in", await client.POST("/api/v1/auth/login", { body: { username, password } }));
  client.use({
    onRequest({ request }) {
      request.headers.set("authorization", `Bearer ${session.access_token}`);
    },
  });
  return client;
}

const union = await person("bdi.lhhn.leader");
const ubnd = await person("bdi.ubnd.leader");
const agency = await person("bdi.sdl.leader");

const regime = of("regimes", await union.GET("/api/v1/reporting-regimes")).items[0];
if (!regime) throw new Error("no regime");
const year = new Intl.DateTimeFormat("en", { year: "numeric", timeZone: "Asia/Ho_Chi_Minh" }).format(new Date());
// 409 where the service has opened the year's period by itself.
const opened = await union.POST("/api/v1/reporting-periods", { body: { regime_id: regime.id, period: year } });
if (![201, 409].includes(opened.response.status)) of("open a period", opened);
const periods = of("periods", await union.GET("/api/v1/reporting-periods", { params: { query: { regime_id: regime.id } } }));
const period = periods.items.find((p) => p.period === year);
if (!period) throw new Error("no period");

const duties = of("obligations", await agency.GET("/api/v1/reporting-obligations", { params: { query: { period_id: period.id } } }));
const duty = duties.items[0];
if (!duty) throw new Error("nothing owed");
const drafted = await agency.POST("/api/v1/report-submissions", {
  params: { header: { "Idempotency-Key": "typescript-1" } },
  body: {
    obligation_id: duty.id,
    narratives: [{ section: "ket_qua", text: "Đã tổ chức 3 hoạt động giao lưu." }],
    figures: [{ indicator: "activities", value: "3", estimated: true }],
  },
});
const report = of("draft", drafted);
const submitted = await agency.POST("/api/v1/report-submissions/{id}/transitions", {
  params: { path: { id: report.id }, header: { "If-Match": tag(drafted) } },
  body: { action: "submit" },
});
of("submit", submitted);
const seen = await union.GET("/api/v1/report-submissions/{id}", { params: { path: { id: report.id } } });
const accepted = of(
  "accept",
  await union.POST("/api/v1/report-submissions/{id}/transitions", {
    params: { path: { id: report.id }, header: { "If-Match": tag(seen) } },
    body: { action: "accept" },
  }),
);
const gathered = await union.POST("/api/v1/consolidated-reports", { body: { period_id: period.id, step: 2 } });
const total = of("consolidate", gathered);
const issued = of(
  "issue",
  await union.POST("/api/v1/consolidated-reports/{id}/transitions", {
    params: { path: { id: total.id }, header: { "If-Match": tag(gathered) } },
    body: { action: "issue" },
  }),
);
const lineage = of(
  "lineage",
  await ubnd.GET("/api/v1/consolidated-reports/{id}/lineage", { params: { path: { id: total.id }, query: { indicator: "activities" } } }),
);
const lines = lineage.figures.flatMap((figure) => figure.lines);
if (!lines.some((line) => line.source_id === report.id)) throw new Error("the sum does not lead back to the report");
const verified = of("verify", await ubnd.GET("/api/v1/consolidated-reports/{id}/verify", { params: { path: { id: total.id } } }));
const stale = await union.POST("/api/v1/report-submissions/{id}/transitions", {
  params: { path: { id: report.id }, header: { "If-Match": tag(seen) } },
  body: { action: "accept" },
});
if (stale.response.status !== 412 || stale.error?.code !== "stale") throw new Error(`a stale tag is answered ${stale.response.status}`);
if (accepted.state !== "accepted" || issued.state !== "issued" || !verified.ok) throw new Error(JSON.stringify({ accepted, issued, verified }));
console.log(JSON.stringify({ accepted: accepted.state, issued: issued.state, total: lineage.figures[0]?.total, verified }));
