#include "clock.h"

#include "report.h"

/** How long to wait for what must not happen, in nanoseconds. */
static const uint64_t MOMENT = 25000000;

/** How long attempts go on at least. */
static const uint64_t LONG = 5000000000;

/** The same for attempts that keep a processor busy. */
static const uint64_t LONG_FOR_A_PROCESSOR = 2000000000;

/** How many attempts to make at least, and how many where a moment passes between two. */
enum { MANY = 1000, FEW = 20 };

/** The most pollables that a case waits for. */
enum { MOST = 8 };

/**
 * How long to wait for what must happen. It is halved whenever it runs out: however
 * many waits follow each other, together they end before the time limit of a trial.
 */
static uint64_t patience = 12000000000;

/** Waits until one of the pollables is ready, or the time is over; returns which. */
static bool wait(const pollable *pollables, size_t count, uint64_t time) {
  if (count > MOST) panic("too many pollables");
  OWNED(pollable) timer = clock_subscribe_duration(time);
  poll_borrow_pollable_t all[MOST + 1];
  for (size_t i = 0; i < count; i++) all[i] = poll_borrow_pollable(pollables[i]);
  all[count] = poll_borrow_pollable(timer);
  poll_list_borrow_pollable_t list = {.ptr = all, .len = count + 1};
  bindings_list_u32_t ready;
  poll_poll(&list, &ready);
  bool is_ready = false;
  for (size_t i = 0; i < ready.len; i++) is_ready |= ready.ptr[i] != count;
  bindings_list_u32_free(&ready);
  return is_ready;
}

bool one_gets_ready(const pollable *pollables, size_t count) {
  bool is_ready = wait(pollables, count, patience);
  if (!is_ready) patience /= 2;
  return is_ready;
}

bool gets_ready(pollable pollable) { return one_gets_ready(&pollable, 1); }

bool socket_gets_ready(tcp_socket socket) {
  OWNED(pollable) pollable = socket_subscribe(socket);
  return gets_ready(pollable);
}

bool ready_within_moment(pollable pollable) { return wait(&pollable, 1, MOMENT); }

void pause_for_moment(void) { wait(NULL, 0, MOMENT); }

attempts attempts_start(void) { return (attempts){.count = 0, .start = clock_now()}; }

static bool count_to(attempts *attempts, uint32_t many, uint64_t at_least) {
  attempts->count++;
  return attempts->count < many || clock_now() - attempts->start < at_least;
}

bool attempts_go_on(attempts *attempts) { return count_to(attempts, MANY, LONG); }

bool attempts_go_on_in_time(attempts *attempts) {
  pause_for_moment();
  return count_to(attempts, FEW, LONG);
}

bool attempts_go_on_soon(attempts *attempts) {
  return count_to(attempts, MANY, LONG_FOR_A_PROCESSOR);
}
