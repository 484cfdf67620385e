-- What Redis offers to scripts, for `lua_check.py`.
std = {
  read_globals = {
    "KEYS", "ARGV", redis = {fields = {
      "call", "pcall", "error_reply", "status_reply", "sha1hex",
    }},
    cjson = {fields = {"decode", "encode"}},
    cmsgpack = {fields = {"unpack"}},
    struct = {fields = {"pack", "unpack"}},
    math = {fields = {"abs", "ceil", "floor", "huge", "max", "min"}},
    string = {fields = {"byte", "find", "format", "gmatch", "match", "sub"}},
    table = {fields = {"sort"}},
    "error", "ipairs", "pairs", "pcall", "select", "tonumber", "tostring", "type", "unpack",
    "xpcall",
  },
}
max_line_length = false
