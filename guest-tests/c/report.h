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
 * Defines the topic from the list `CASES(topic, X)`, which calls `X(topic, case)` for each
 * function. A custom section lists the same names, for those who do not run the guest;
 * only the assembler can write one.
 */
#define TOPIC(name, CASES)                                                               \
  __asm__(".section \".custom_section.wasi-tcp-conformance:cases\",\"\",@\n" CASES(      \
      name, LINE_OF_CASE) ".text\n");                                                    \
  static const topic_case name##_cases[] = {CASES(name, ROW_OF_CASE)};                   \
  const topic name##_topic = {#name, name##_cases, sizeof name##_cases / sizeof *name##_cases}
#define LINE_OF_CASE(topic, name) ".ascii \"" #topic "::" #name "\\n\"\n"
#define ROW_OF_CASE(topic, name) {#name, name},

/** Reports what the guest does next, which tells where a hang or a trap happens. */
void step(const char *name);

/** Reports a mistake of the guest itself, and traps. */
_Noreturn void panic(const char *reason);

#endif
