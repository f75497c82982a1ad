"""What a resource looks like as it comes in, for the OpenAPI document; corpus.validation reads and checks it."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, create_model

from api.answers import PublicResource
from corpus.resource import Status

_DOCUMENTED: Final = ConfigDict(use_attribute_docstrings=True)


class ResourceBody(PublicResource):
    """A resource in exchange form. Unknown fields and subjects give warnings; texts are cleaned; an empty value, as
    null, means unknown. Times without a zone are Beijing's."""

    model_config = _DOCUMENTED

    id: str = ""
    """As in the address; may be left out."""
    status: Status = "active"
    """hidden: kept, and shown to nobody; withdrawn: kept by its source no longer."""


def _nullable(model: type[BaseModel]) -> dict[str, Any]:
    kinds: dict[str, Any] = {name: field.annotation for name, field in model.model_fields.items() if name != "id"}
    return {name: (kind | None, None) for name, kind in kinds.items()}


ResourcePatch: Final[type[BaseModel]] = create_model(
    "ResourcePatch", __doc__="The fields to be changed, null for those to be taken away.", **_nullable(ResourceBody)
)


class BulkLine(ResourceBody):
    """A line of a bulk body: a resource with its id, or `{"delete": "<id>"}`."""

    delete: str = ""
    """Stands alone, and deletes the resource with this id."""
