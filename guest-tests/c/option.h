/** The options of a socket, and how to read and set each. */
#ifndef OPTION_H
#define OPTION_H

#include "observe.h"

/** An option whose value is a number. On and off are 1 and 0. */
typedef struct socket_option {
  result (*get)(tcp_socket socket, uint64_t *value);
  result (*set)(tcp_socket socket, uint64_t value);
  /** Two values that every system accepts. */
  uint64_t usual[2];
  /** The largest value of the type. */
  uint64_t maximum;
  /** Whether a host may be unable to set it. */
  bool is_optional;
} socket_option;

extern const socket_option KEEP_ALIVE_ENABLED, KEEP_ALIVE_IDLE_TIME, KEEP_ALIVE_INTERVAL,
    KEEP_ALIVE_COUNT, HOP_LIMIT, RECEIVE_BUFFER_SIZE, SEND_BUFFER_SIZE;

/** Has no getter. */
result set_listen_backlog_size(tcp_socket socket, uint64_t value);

/** Reads the option; false when that halts, as it does where it is not supported. */
bool option_value(const socket_option *option, tcp_socket socket, uint64_t *value);
/** Sets a usual value other than the present one, and reads it back. */
bool option_change(const socket_option *option, tcp_socket socket, uint64_t *value);
/** Whether the option has this value. */
json seen_option_is(const socket_option *option, tcp_socket socket, uint64_t value);

#endif
