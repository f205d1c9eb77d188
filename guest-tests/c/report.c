#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "setup.h"
#include "topics.h"

/** One call of `blocking-write-and-flush` takes at most so many bytes. */
enum { PIECE = 4096 };

/** Standard output, once it was asked for: who gives it may have it only once. */
static struct {
  bool is_open;
  output_stream stream;
} output;

static output_stream opened_output(void) {
  if (!output.is_open) {
    output.stream = output_get_stdout();
    output.is_open = true;
  }
  return output.stream;
}

/** A stream belongs to whoever gave it, who may have to wait for its end. */
static void drop_output(void) {
  if (output.is_open) streams_output_stream_drop_own(output.stream);
  output.is_open = false;
}

/** Prints a line and flushes it: the next call may never return. */
static void print(json line) {
  const char *text = format("%s\n", line);
  size_t left = strlen(text);
  output_stream out = opened_output();
  while (left > 0) {
    size_t size = left < PIECE ? left : PIECE;
    bindings_list_u8_t piece = {.ptr = (uint8_t *)text, .len = size};
    streams_stream_error_t error;
    if (!streams_method_output_stream_blocking_write_and_flush(streams_borrow_output_stream(out),
                                                               &piece, &error)) {
      // Nobody reads the output, so there is nobody to report this to.
      streams_stream_error_free(&error);
      break;
    }
    text += size;
    left -= size;
  }
}

void step(const char *name) { print(json_object("step", json_text(name))); }

_Noreturn void panic(const char *reason) {
  print(json_object("panicked", json_text(reason)));
  abort();
}

static bool refuse(const char *reason) {
  print(json_object("refused", json_text(reason)));
  return false;
}

static const char *full_name(const topic *topic, const topic_case *topic_case) {
  return format("%s::%s", topic->name, topic_case->name);
}

static bool list_cases(void) {
  const char *names = "";
  for (size_t t = 0; t < TOPIC_COUNT; t++) {
    for (size_t c = 0; c < TOPICS[t]->count; c++) {
      const char *name = full_name(TOPICS[t], &TOPICS[t]->cases[c]);
      names = format("%s%s\"%s\"", names, *names ? "," : "", name);
    }
  }
  print(json_object("cases", format("[%s]", names)));
  return true;
}

static bool run_case(const char *name, const topic_case *topic_case, ip_family family) {
  step(topic_case->name);
  json observed = topic_case->observe(family);
  if (observed == NULL) observed = halted.observed;
  if (observed != NULL) {
    print(json_object("case", json_text(name), "observed", observed));
  } else {
    print(json_object("case", json_text(name), "blocked", json_text(halted.step), "error",
                      json_text(code_name(halted.code))));
  }
  return true;
}

static bool run_named(const char *name, ip_family family) {
  for (size_t t = 0; t < TOPIC_COUNT; t++) {
    for (size_t c = 0; c < TOPICS[t]->count; c++) {
      const topic_case *topic_case = &TOPICS[t]->cases[c];
      if (strcmp(name, full_name(TOPICS[t], topic_case)) == 0) {
        return run_case(name, topic_case, family);
      }
    }
  }
  return refuse("no such case");
}

/** The text of an argument up to the first `=`, behind which a case is told something. */
static char *name_in(bindings_string_t argument) {
  char *name = strndup((const char *)argument.ptr, argument.len);
  if (name == NULL) panic("out of memory");
  name[strcspn(name, "=")] = '\0';
  return name;
}

static bool is(bindings_string_t argument, const char *text) {
  return argument.len == strlen(text) && memcmp(argument.ptr, text, argument.len) == 0;
}

/** Runs the case and the family that the last two arguments name, or lists the cases. */
static bool run(bindings_list_string_t arguments) {
  if (arguments.len < 2) return list_cases();
  bindings_string_t family = arguments.ptr[arguments.len - 1];
  if (!is(family, "ipv4") && !is(family, "ipv6")) return refuse("the family is ipv4 or ipv6");
  char *name = name_in(arguments.ptr[arguments.len - 2]);
  bool is_ok = run_named(name, is(family, "ipv4") ? IPV4 : IPV6);
  free(name);
  return is_ok;
}

bool exports_wasi_cli_run_run(void) {
  bindings_list_string_t arguments;
  environment_get_arguments(&arguments);
  bool is_ok = run(arguments);
  bindings_list_string_free(&arguments);
  print(json_object("end", json_text(is_ok ? "ok" : "error")));
  drop_output();
  return is_ok;
}
