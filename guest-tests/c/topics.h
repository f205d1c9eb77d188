/** All topics of the guest. */
#ifndef TOPICS_H
#define TOPICS_H

#include "report.h"

extern const topic create_topic, unbound_topic, limit_topic, fault_topic;

static const topic *const TOPICS[] = {&create_topic, &unbound_topic, &limit_topic, &fault_topic};

#define TOPIC_COUNT (sizeof TOPICS / sizeof *TOPICS)

#endif
