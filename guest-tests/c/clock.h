/**
 * Time. What must happen is given a long time, what must not happen a short one: no
 * verdict depends on how fast a runtime or a machine is.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include "socket.h"

/** Waits until a pollable is ready; returns false if patience runs out. */
bool gets_ready(pollable pollable);
/** Waits until the pollable of a socket is ready; returns false if patience runs out. */
bool socket_gets_ready(tcp_socket socket);
/** Waits until one of `count` pollables is ready; returns false if patience runs out. */
bool one_gets_ready(const pollable *pollables, size_t count);
/** Whether a pollable gets ready within a moment. */
bool ready_within_moment(pollable pollable);

/** Waits for a moment. */
void pause_for_moment(void);

/** Attempts of which one has to succeed: many, and over a long time. */
typedef struct attempts {
  uint32_t count;
  uint64_t start;
} attempts;

attempts attempts_start(void);
/** Counts a failed attempt; returns whether to make another. */
bool attempts_go_on(attempts *attempts);
/** The same for what a host may do in its own time: lets a moment pass. */
bool attempts_go_on_in_time(attempts *attempts);
/** The same where nothing is waited for, and a processor is kept busy: ends sooner. */
bool attempts_go_on_soon(attempts *attempts);

#endif
