# Prints the value of one setting in a .env file: LC_ALL=C awk -v wanted=NAME -f dotenv.awk FILE
# Nothing is printed for a setting that the file does not have. Exits with 1 and a message if the value cannot be read.
#
# The rules are those that Docker Compose and python-dotenv share. Where the two would read different values, this reads
# none: a backup script that guesses leaves out a copy without a word.

function stop(line, why) {
  printf "%s, line %d: %s. Write it as NAME=value, or as NAME='value' with blanks or signs in it.\n", FILENAME, line, why > "/dev/stderr"
  failed = 1
  exit 1
}

function refuse(why) { if (!(key in doubt)) { doubt[key] = why; doubt_line[key] = first } }

# ${NAME} in a value: from the environment, else from a line above.
function expand(text,    out, name) {
  out = ""
  while (match(text, /\$/)) {
    out = out substr(text, 1, RSTART - 1)
    text = substr(text, RSTART)
    if (text == "$") break
    if (!match(text, /^\$\{[A-Za-z_][A-Za-z0-9_]*\}/)) { refuse("a $ outside of single quotes means different things to different programs"); break }
    name = substr(text, 3, RLENGTH - 3)
    text = substr(text, RLENGTH + 1)
    if (name in ENVIRON) out = out ENVIRON[name]
    else if (name in doubt) refuse("it uses " name ", which cannot be read")
    else if (name in value) out = out value[name]
  }
  return out text
}

function keep(text) { value[key] = text }

# Blanks that only one of the two programs takes for blanks.
function has_odd_blank(text) {
  return text ~ /[\001-\010\013-\037\177]|\302[\205\240]|\341\232\200|\342\200[\200-\212\250\251\257]|\342\201\237|\343\200\200/
}

function read_unquoted(text, after_blank) {
  if (text ~ /^#/ && after_blank) { refuse("it is unclear whether the # begins a comment"); return }
  if (match(text, /[ \t]+#/)) {
    if (substr(text, RSTART + RLENGTH - 2, 1) == "\t") { refuse("it is unclear whether the # begins a comment"); return }
    text = substr(text, 1, RSTART - 1)
  }
  sub(/[ \t]+$/, "", text)
  if (has_odd_blank(text)) { refuse("it has a character that cannot be seen"); return }
  keep(expand(text))
}

# Reads on to the quote that ends the value, which may be on a later line.
function read_quoted(text,    sign, next_sign) {
  while (text != "") {
    sign = substr(text, 1, 1)
    next_sign = substr(text, 2, 1)
    if (sign == quote) { end_quoted(substr(text, 2)); return }
    text = substr(text, 2)
    if (sign == "\\" && next_sign == quote) {
      sign = quote
      text = substr(text, 2)
    } else if (sign == "\\" && next_sign == "\\") {
      if (substr(text, 2, 1) == quote) stop(first, "it is unclear where the quoted value ends")
      if (quote == "'") refuse("a backslash before another one means different things to different programs")
      text = substr(text, 2)
    } else if (sign == "\\" && quote == "\"") refuse("a backslash in double quotes means different things to different programs")
    collected = collected sign
  }
  collected = collected "\n"
  lines++
}

function end_quoted(rest) {
  sub(/^[ \t]+/, "", rest)
  if (rest != "" && rest !~ /^#/) {
    if (lines) stop(first, "there is text after the closing quote")
    refuse("there is text after the closing quote")
  }
  if (lines) refuse("the value has more than one line")
  if (quote == "'" && collected ~ /\$\{/) refuse("a ${ means different things to different programs")
  keep(quote == "'" ? collected : expand(collected))
  quote = ""
}

function read_line(text,    blanks) {
  sub(/^[ \t]+/, "", text)
  if (text == "" || text ~ /^#/) return
  sub(/^export[ \t]+/, "", text)
  if (!match(text, /^[A-Za-z0-9_.-]+/)) stop(NR, "this is not a setting")
  key = substr(text, 1, RLENGTH)
  text = substr(text, RLENGTH + 1)
  first = NR
  delete doubt[key]
  sub(/^[ \t]+/, "", text)
  if (text == "") { if (key in value) refuse("it has no value here, but has one above"); return }
  if (text ~ /^:/) { if (text ~ /^:[ \t]*['"]/) stop(NR, "this is not a setting"); refuse("it has a colon where = belongs"); return }
  if (text !~ /^=/) stop(NR, "this is not a setting")
  text = substr(text, 2)
  blanks = sub(/^[ \t]+/, "", text)
  if (text !~ /^['"]/) { read_unquoted(text, blanks); return }
  quote = substr(text, 1, 1)
  collected = ""
  lines = 0
  read_quoted(substr(text, 2))
}

NR == 1 { sub(/^\357\273\277/, "") }
{
  sub(/\r$/, "")
  if ($0 ~ /\r/) stop(NR, "it has a carriage return in it")
  if (quote != "") read_quoted($0)
  else read_line($0)
}

END {
  if (failed) exit 1
  if (quote != "") stop(first, "the quote is not closed")
  if (wanted in doubt) stop(doubt_line[wanted], wanted " cannot be read: " doubt[wanted])
  if (wanted in value) print value[wanted]
}
