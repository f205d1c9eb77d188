/** All topics of the guest. */
#ifndef TOPICS_H
#define TOPICS_H

#include "report.h"

extern const topic accept_topic, bind_topic, closed_topic, connect_topic, connected_topic,
    create_topic, fault_topic, limit_topic, listen_topic, options_topic, stream_topic,
    unbound_topic;

static const topic *const TOPICS[] = {
    &accept_topic, &bind_topic,   &closed_topic,  &connect_topic, &connected_topic, &create_topic,
    &fault_topic,  &limit_topic,  &listen_topic,  &options_topic, &stream_topic,    &unbound_topic,
};

#define TOPIC_COUNT (sizeof TOPICS / sizeof *TOPICS)

#endif
