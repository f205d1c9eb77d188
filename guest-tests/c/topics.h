/** All topics of the guest. */
#ifndef TOPICS_H
#define TOPICS_H

#include "report.h"

#define EACH_TOPIC(X) \
  X(abi) \
  X(accept) \
  X(bind) \
  X(binding) \
  X(closed) \
  X(connect) \
  X(connected) \
  X(create) \
  X(fault) \
  X(fault_accept) \
  X(fault_bind) \
  X(fault_connect) \
  X(fault_listen) \
  X(limit) \
  X(listen) \
  X(options) \
  X(shutdown) \
  X(states) \
  X(stream) \
  X(unbound)

#define DECLARE_TOPIC(name) extern const topic name##_topic;
EACH_TOPIC(DECLARE_TOPIC)

#define ROW_OF_TOPIC(name) &name##_topic,
static const topic *const TOPICS[] = {EACH_TOPIC(ROW_OF_TOPIC)};

#define TOPIC_COUNT (sizeof TOPICS / sizeof *TOPICS)

#endif
