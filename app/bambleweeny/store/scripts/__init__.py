"""The Lua scripts; each is named for what it guarantees, and has its constant here."""

import re

from bambleweeny.store.scripts.assembly import Assembler
from bambleweeny.store.scripts.assembly import Script as Script

_assemble = Assembler().script

SET_WITHIN_QUOTA = _assemble("keys/set_within_quota")
INCR_WITHIN_QUOTA = _assemble("keys/incr_within_quota")
DELETE_KEY = _assemble("keys/delete_key")
SET_WITH_OPTIONS_WITHIN_QUOTA = _assemble("keys/set_with_options_within_quota")
DELETE_ON_CONDITIONS = _assemble("keys/delete_on_conditions")
CHANGE_TTL = _assemble("keys/change_ttl")
INCR_WITHIN_BOUNDS = _assemble("keys/incr_within_bounds")
DELETE_LIST = _assemble("lists/delete_list")
DELETE_IDEMPOTENCY_KEYS = _assemble("lists/delete_idempotency_keys")
DIGEST_IDEMPOTENCY_KEYS = _assemble("migrations/digest_idempotency_keys")
ADD_PUBLIC_ID_WITHIN_QUOTA = _assemble("public/add_public_id_within_quota")
ANSWER_CALL = _assemble("public/answer_call")
RECORD_CALL_WITHIN_QUOTA = _assemble("public/record_call_within_quota")
READ_OBJECTS = _assemble("public/read_objects")
CREATE_OBJECT_WITHIN_BOUNDS = _assemble("public/create_object_within_bounds")
CHANGE_OBJECT = _assemble("public/change_object")
PUT_DOCUMENT_WITHIN_QUOTA = _assemble("public/put_document_within_quota")
RECEIVE_REQUEST = _assemble("bins/receive_request")
ADD_REFUSAL = _assemble("bins/add_refusal")
SPEND_RATE = _assemble("rates/spend_rate")
SPEND_ROUTE_RATE = _assemble("rates/spend_route_rate")
REMOVE_PUBLIC_ID = _assemble("public/remove_public_id")
PUSH_WITHIN_BOUNDS = _assemble("lists/push_within_bounds")
POP_OLDEST = _assemble("lists/pop_oldest")
POP_UP_TO = _assemble("lists/pop_up_to")
LEASE_ITEMS = _assemble("lists/lease_items")
CHANGE_LEASES = _assemble("lists/change_leases")
SET_POLICY = _assemble("lists/set_policy")
READ_ITEMS_PAGE = _assemble("lists/read_items_page")
FIND_ITEM = _assemble("lists/find_item")
DELETE_ITEM = _assemble("lists/delete_item")
READ_LIST_STATS = _assemble("lists/read_list_stats")
COUNT_ITEMS_OF_LISTS = _assemble("lists/count_items_of_lists")
CHANGE_ITEM = _assemble("lists/change_item")
MOVE_ITEMS = _assemble("lists/move_items")
PUT_ITEMS_WITHIN_BOUNDS = _assemble("lists/put_items_within_bounds")
PURGE_ITEMS = _assemble("lists/purge_items")
PUBLISH_WITHIN_BOUNDS = _assemble("topics/publish_within_bounds")
PUT_MESSAGES_WITHIN_BOUNDS = _assemble("topics/put_messages_within_bounds")
READ_TOPIC = _assemble("topics/read_topic")
FIND_NEWEST_MESSAGES = _assemble("topics/find_newest_messages")
DELETE_TOPIC = _assemble("topics/delete_topic")
FORGET_CALLS = _assemble("public/forget_calls")
READ_VALUES = _assemble("keys/read_values")
RUN_BATCH = _assemble("batch/run_batch")
RENEW_SUBSCRIPTION = _assemble("tenants/renew_subscription")
LIST_NAMES = _assemble("listing/list_names")
READ_KEYS_PAGE = _assemble("listing/read_keys_page")
COUNT_NAMES = _assemble("listing/count_names")
DELETE_KEYS = _assemble("keys/delete_keys")
PUT_KEYS_WITHIN_QUOTA = _assemble("keys/put_keys_within_quota")
READ_JOURNAL = _assemble("public/read_journal")
READ_ROUTE = _assemble("public/read_route")
ADD_LOGIN_CODE = _assemble("logins/add_login_code")
USE_LOGIN_CODE = _assemble("logins/use_login_code")
COUNT_LOGIN_FAILURE = _assemble("logins/count_login_failure")
CREATE_USER_ONCE = _assemble("tenants/create_user_once")
FREE_SANDBOX = _assemble("sandboxes/free_sandbox")
FORGET_OWNERS = _assemble("sandboxes/forget_owners")
ADD_SANDBOX_WITHIN_BOUNDS = _assemble("sandboxes/add_sandbox_within_bounds")
SAVE_SET = _assemble("sandboxes/save_set")
LOAD_SET = _assemble("sandboxes/load_set")
DELETE_SET = _assemble("sandboxes/delete_set")
FIND_UNUSED_IDS = _assemble("sandboxes/find_unused_ids")
COPY_SET = _assemble("sandboxes/copy_set")
COUNT_OPEN_SANDBOX = _assemble("sandboxes/count_open_sandbox")
CHANGE_END = _assemble("sandboxes/change_end")
FREE_NAME = _assemble("tenants/free_name")
DELETE_LISTED = _assemble("tenants/delete_listed")
PUT_TOKEN = _assemble("tenants/put_token")
REMOVE_TOKENS = _assemble("tenants/remove_tokens")
NOTE_TOKEN_USE = _assemble("tenants/note_token_use")
END_SESSION = _assemble("tenants/end_session")
CHANGE_USER = _assemble("tenants/change_user")
ADD_AUDIT_ENTRY = _assemble("audit/add_audit_entry")
READ_AUDIT = _assemble("audit/read_audit")
READ_USAGE = _assemble("tenants/read_usage")
ADD_TRAFFIC = _assemble("tenants/add_traffic")
RAISE_LAYOUT = _assemble("migrations/raise_layout")
PACK_LIST_COUNTERS = _assemble("migrations/pack_list_counters")
FREE_EXPIRED = _assemble("tenants/free_expired")
COUNT_BYTES = _assemble("tenants/count_bytes")
SET_ROOM = _assemble("tenants/set_room")
SNAPSHOT_TENANT = _assemble("tenants/snapshot_tenant")
SNAPSHOT_ITEMS_PAGE = _assemble("tenants/snapshot_items_page")

_BY_NAME = {
    key: script
    for script in list(vars().values())
    if isinstance(script, Script)
    for key in (script.sha, script.name)
}
_NAME = re.compile(r"[0-9a-f]{40}|(?<=script: )\w+/\w+").search
_LINE = re.compile(r"@?user_script: ?(\d+)").sub


def with_sources(text: str) -> str:
    """Return an engine's error text with files and lines of sources in place of script lines.

    The text has the digest of the script, or its name after `script: `. Any other text is
    returned unchanged.
    """
    script = _BY_NAME.get(found[0]) if (found := _NAME(text)) else None
    return _LINE(lambda line: script.location_of(int(line[1])), text) if script else text
