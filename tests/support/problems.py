"""What every refusal looks like, whoever refuses."""

import httpx

PROBLEM_FIELDS = {"type", "title", "status", "detail", "code", "error", "message", "request_id"}


def assert_problem(answer: httpx.Response, *statuses: int, code: str | None = None) -> None:
    """Assert that an answer is a problem document (RFC 9457) with what existing clients read beside it."""
    assert answer.status_code in statuses, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem.keys() - {"errors"} == PROBLEM_FIELDS
    assert problem["type"] == f"urn:loopbank:problem:{problem['code']}"
    assert problem["status"] == answer.status_code
    assert problem["detail"] == problem["error"] == problem["message"]
    assert problem["detail"].strip()
    assert problem["title"].strip()
    assert problem["request_id"] == answer.headers["x-request-id"]
    for mistake in problem.get("errors", ()):
        assert mistake.keys() == {"field", "message"}
    if code is not None:
        assert problem["code"] == code
