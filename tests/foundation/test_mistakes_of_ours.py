"""A mistake of ours is answered like every refusal: with a problem document that names the request and nothing else."""

import httpx
from fastapi import APIRouter

from loopbank.entrypoints.service import framework_app
from loopbank.foundation.http import Boundary
from loopbank.foundation.metrics import Metrics


async def broken() -> None:
    raise RuntimeError("the secret detail")


async def test_a_mistake_of_ours_is_a_problem_document_without_details() -> None:
    router = APIRouter()
    router.add_api_route("/broken", broken, methods=["POST"])
    app = Boundary(framework_app("Test", "", "0", [router]), Metrics(), [router])
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://bank.example") as client:
        response = await client.post("/broken", json={}, headers={"X-Request-Id": "request-1"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.json()["code"], response.json()["request_id"]) == ("internal_error", "request-1")
    assert "secret" not in response.text
