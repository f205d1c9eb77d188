/** The command line and the output: which case to run, and what it observed. */
#ifndef REPORT_H
#define REPORT_H

#include "observe.h"

/** A case: its name, and what it observes; NULL when it halted. */
typedef struct topic_case {
  const char *name;
  json (*observe)(ip_family family);
} topic_case;

typedef struct topic {
  const char *name;
  const topic_case *cases;
  size_t count;
} topic;

/**
 * Defines `TOPIC_topic` from the list `CASES(name, X)`, which calls `X(name, case)` for
 * each function. A custom section lists the same names, for those who do not run it.
 */
#define TOPIC(name, CASES)                                                      \
  __attribute__((used, section(".custom_section.wasi-tcp-conformance:cases"))) \
  static const char name##_names[] = CASES(name, LINE_OF_CASE);                 \
  static const topic_case name##_cases[] = {CASES(name, ROW_OF_CASE)};          \
  const topic name##_topic = {#name, name##_cases, sizeof name##_cases / sizeof *name##_cases}
#define LINE_OF_CASE(topic, name) #topic "::" #name "\n"
#define ROW_OF_CASE(topic, name) {#name, name},

/** Reports what the guest does next, which tells where a hang or a trap happens. */
void step(const char *name);

#endif
