"""One loop, driven by a client that was generated from the document: period, submission, acceptance, consolidation,
issue, lineage, verification.

    loop.py BASE PASSWORD        with the generated package `nhipcau_client` on PYTHONPATH"""

import sys
from datetime import datetime, timedelta, timezone

from nhipcau_client import AuthenticatedClient, Client
from nhipcau_client.api.auth import login
from nhipcau_client.api.reporting import (
    create_consolidated_report,
    create_report_submission,
    create_reporting_period,
    get_consolidated_report_lineage,
    get_report_submission,
    list_reporting_obligations,
    list_reporting_periods,
    list_reporting_regimes,
    transition_consolidated_report,
    transition_report_submission,
    verify_consolidated_report,
)
from nhipcau_client.models import (
    ConsolidatedAction,
    ConsolidatedReportTransition,
    Login,
    Narrative,
    NewConsolidatedReport,
    NewFigure,
    NewPeriod,
    NewSubmission,
    Problem,
    SubmissionAction,
    SubmissionTransition,
)

base, password = sys.argv[1:]


def person(username):
    session = login.sync(client=Client(base), body=Login(username=username, password=password))
    return AuthenticatedClient(base, token=session.access_token, raise_on_unexpected_status=True)


def of(what, answer):
    if isinstance(answer.parsed, Problem) or answer.parsed is None:
        raise SystemExit(f"{what}: {answer.status_code} {answer.content.decode()}")
    return answer.parsed


union, ubnd, agency = (person(f"bdi.{name}.leader") for name in ("lhhn", "ubnd", "sdl"))
regime = of("regimes", list_reporting_regimes.sync_detailed(client=union)).items[0]
year = str(datetime.now(timezone(timedelta(hours=7))).year)
# 409 where the service has opened the year's period by itself.
opened = create_reporting_period.sync_detailed(client=union, body=NewPeriod(regime_id=regime.id, period=year))
assert opened.status_code in (201, 409), opened
periods = of("periods", list_reporting_periods.sync_detailed(client=union, regime_id=regime.id)).items
period = next(p for p in periods if p.period == year)
duty = of("obligations", list_reporting_obligations.sync_detailed(client=agency, period_id=period.id)).items[0]
draft = NewSubmission(
    obligation_id=duty.id,
    narratives=[Narrative(section="ket_qua", text="Đã tổ chức 3 hoạt động giao lưu.")],
    figures=[NewFigure(indicator="activities", value="3", estimated=True)],
)
drafted = create_report_submission.sync_detailed(client=agency, body=draft, idempotency_key="python-1")
report = of("draft", drafted)
again = create_report_submission.sync_detailed(client=agency, body=draft, idempotency_key="python-1")
assert of("draft again", again).id == report.id and again.headers["Idempotent-Replayed"] == "true"
submit, accept = (SubmissionTransition(action=SubmissionAction(word)) for word in ("submit", "accept"))
of("submit", transition_report_submission.sync_detailed(report.id, client=agency, body=submit, if_match=drafted.headers["ETag"]))
seen = get_report_submission.sync_detailed(report.id, client=union)
accepted = of("accept", transition_report_submission.sync_detailed(report.id, client=union, body=accept, if_match=seen.headers["ETag"]))
gathered = create_consolidated_report.sync_detailed(client=union, body=NewConsolidatedReport(period_id=period.id, step=2))
total = of("consolidate", gathered)
issue = ConsolidatedReportTransition(action=ConsolidatedAction("issue"))
issued = of("issue", transition_consolidated_report.sync_detailed(total.id, client=union, body=issue, if_match=gathered.headers["ETag"]))
lineage = of("lineage", get_consolidated_report_lineage.sync_detailed(total.id, client=ubnd, indicator="activities"))
assert any(line.source_id == report.id for figure in lineage.figures for line in figure.lines), "the sum does not lead back to the report"
verified = of("verify", verify_consolidated_report.sync_detailed(total.id, client=ubnd))
stale = transition_report_submission.sync_detailed(report.id, client=union, body=accept, if_match=seen.headers["ETag"])
assert stale.status_code == 412 and isinstance(stale.parsed, Problem) and stale.parsed.code == "stale", stale
assert (accepted.state.value, issued.state.value, lineage.figures[0].total) == ("accepted", "issued", "3"), (accepted, issued, lineage)
assert verified.ok is True, verified
print({"accepted": accepted.state.value, "issued": issued.state.value, "total": lineage.figures[0].total, "verified": verified.to_dict()})
