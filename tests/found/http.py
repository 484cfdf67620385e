"""Kind A: requests on the wire."""

from found.rows import Place, row


@row("A1", "`curl -I` on `/healthz`", before="405", right="HEAD wherever GET is")
def head_of_a_probe(place: Place) -> str:
    answer = place.admin.head("/healthz")
    assert answer.status_code == 200, answer.status_code
    assert not answer.content
    return str(answer.status_code)
