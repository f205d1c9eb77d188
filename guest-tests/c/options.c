/** The options of a socket that was just created. */
#include "option.h"

#include "report.h"
#include "setup.h"

static json seen_number(result outcome, uint64_t value) {
  return outcome == OK ? json_number(value) : seen(outcome);
}

/** Defines `rule_option` as the function `rule` for the option. */
#define FOR(rule, name, OPTION) \
  static json rule##_##name(ip_family family) { return rule(family, &OPTION); }
#define FOR_NUMBERS(rule)                                \
  FOR(rule, keep_alive_idle_time, KEEP_ALIVE_IDLE_TIME) \
  FOR(rule, keep_alive_interval, KEEP_ALIVE_INTERVAL)   \
  FOR(rule, keep_alive_count, KEEP_ALIVE_COUNT)         \
  FOR(rule, hop_limit, HOP_LIMIT)                       \
  FOR(rule, receive_buffer_size, RECEIVE_BUFFER_SIZE)   \
  FOR(rule, send_buffer_size, SEND_BUFFER_SIZE)

static json initial(ip_family family, const socket_option *option) {
  OWNED(tcp_socket) socket = {0};
  uint64_t value;
  TRY(make_socket(family, &socket));
  result outcome = option->get(socket, &value);
  return seen_number(outcome, value);
}

// The names of the cases begin with a keyword of C.
#define FOR_DEFAULT(name, OPTION) \
  static json default_##name(ip_family family) { return initial(family, &OPTION); }
FOR_DEFAULT(keep_alive_idle_time, KEEP_ALIVE_IDLE_TIME)
FOR_DEFAULT(keep_alive_interval, KEEP_ALIVE_INTERVAL)
FOR_DEFAULT(keep_alive_count, KEEP_ALIVE_COUNT)
FOR_DEFAULT(hop_limit, HOP_LIMIT)
FOR_DEFAULT(receive_buffer_size, RECEIVE_BUFFER_SIZE)
FOR_DEFAULT(send_buffer_size, SEND_BUFFER_SIZE)

static json default_keep_alive_enabled(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  uint64_t value = 0;
  TRY(make_socket(family, &socket));
  result outcome = KEEP_ALIVE_ENABLED.get(socket, &value);
  return seen_bool(outcome, value != 0);
}

/** The option is changed before, so that it shows if zero stands for the default. */
static json zero(ip_family family, const socket_option *option) {
  OWNED(tcp_socket) socket = {0};
  uint64_t value;
  TRY(make_socket(family, &socket));
  TRY(option_change(option, socket, &value));
  step("set it to 0");
  json set = seen(option->set(socket, 0));
  return json_object("set", set, "kept", seen_option_is(option, socket, value));
}
FOR_NUMBERS(zero)

static json zero_listen_backlog_size(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  return seen(set_listen_backlog_size(socket, 0));
}

static json set_each(ip_family family, result (*set)(tcp_socket, uint64_t), uint64_t usual,
                     uint64_t maximum) {
  OWNED(tcp_socket) for_one = {0};
  OWNED(tcp_socket) for_usual = {0};
  OWNED(tcp_socket) for_maximum = {0};
  TRY(make_socket(family, &for_one));
  TRY(make_socket(family, &for_usual));
  TRY(make_socket(family, &for_maximum));
  return json_object("one", seen(set(for_one, 1)), "usual", seen(set(for_usual, usual)), "maximum",
                     seen(set(for_maximum, maximum)));
}

static json any_other(ip_family family, const socket_option *option) {
  return set_each(family, option->set, option->usual[0], option->maximum);
}
FOR_NUMBERS(any_other)

static json any_other_listen_backlog_size(ip_family family) {
  return set_each(family, set_listen_backlog_size, 100, UINT64_MAX);
}

/** What is read after a value was set. */
static json read_back(const socket_option *option, tcp_socket socket, uint64_t value) {
  uint64_t now = 0;
  result outcome = option->set(socket, value);
  if (outcome == OK) outcome = option->get(socket, &now);
  return option == &KEEP_ALIVE_ENABLED ? seen_bool(outcome, now != 0) : seen_number(outcome, now);
}

static json round_trip(ip_family family, const socket_option *option) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  json one = read_back(option, socket, 1);
  json usual = read_back(option, socket, option->usual[0]);
  json maximum = read_back(option, socket, option->maximum);
  return json_object("one", one, "usual", usual, "maximum", maximum);
}
FOR_NUMBERS(round_trip)

static json round_trip_keep_alive_enabled(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  json on = read_back(&KEEP_ALIVE_ENABLED, socket, true);
  json off = read_back(&KEEP_ALIVE_ENABLED, socket, false);
  json on_again = read_back(&KEEP_ALIVE_ENABLED, socket, true);
  return json_array(on, off, on_again);
}

static json own(ip_family family, const socket_option *option) {
  OWNED(tcp_socket) older = {0};
  OWNED(tcp_socket) changed = {0};
  OWNED(tcp_socket) younger = {0};
  OWNED(tcp_socket) new_one = {0};
  uint64_t value, other_value;
  TRY(make_socket(family, &older));
  TRY(make_socket(family, &changed));
  TRY(make_socket(family, &younger));
  TRY(option_value(option, older, &value));
  TRY(option_change(option, changed, &other_value));
  json older_kept = seen_option_is(option, older, value);
  json younger_kept = seen_option_is(option, younger, value);
  TRY(make_socket(family, &new_one));
  return json_object("older-kept", older_kept, "younger-kept", younger_kept, "new-one-has-default",
                     seen_option_is(option, new_one, value));
}
FOR(own, keep_alive_enabled, KEEP_ALIVE_ENABLED)
FOR_NUMBERS(own)

#define NUMBERS(topic, X, rule)         \
  X(topic, rule##_keep_alive_idle_time) \
  X(topic, rule##_keep_alive_interval)  \
  X(topic, rule##_keep_alive_count)     \
  X(topic, rule##_hop_limit)            \
  X(topic, rule##_receive_buffer_size)  \
  X(topic, rule##_send_buffer_size)

#define CASES(topic, X)                   \
  X(topic, default_keep_alive_enabled)    \
  NUMBERS(topic, X, default)              \
  X(topic, zero_listen_backlog_size)      \
  NUMBERS(topic, X, zero)                 \
  X(topic, any_other_listen_backlog_size) \
  NUMBERS(topic, X, any_other)            \
  X(topic, round_trip_keep_alive_enabled) \
  NUMBERS(topic, X, round_trip)           \
  X(topic, own_keep_alive_enabled)        \
  NUMBERS(topic, X, own)

TOPIC(options, CASES);
