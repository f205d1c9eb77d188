#include "option.h"

#include "report.h"
#include "setup.h"

static const uint64_t SECOND = 1000000000;

/** Defines `get_name` and `set_name`, which convert to the type of the option. */
#define ACCESS(name, type)                                                                     \
  static result get_##name(tcp_socket socket, uint64_t *value) {                              \
    type present;                                                                              \
    error_code code;                                                                           \
    if (!tcp_method_tcp_socket_##name(tcp_borrow_tcp_socket(socket), &present, &code)) {       \
      return code;                                                                             \
    }                                                                                          \
    *value = present;                                                                          \
    return OK;                                                                                 \
  }                                                                                            \
  static result set_##name(tcp_socket socket, uint64_t value) {                               \
    error_code code;                                                                           \
    bool is_ok = tcp_method_tcp_socket_set_##name(tcp_borrow_tcp_socket(socket), (type)value, \
                                                  &code);                                      \
    return is_ok ? OK : code;                                                                  \
  }

ACCESS(keep_alive_enabled, bool)
ACCESS(keep_alive_idle_time, uint64_t)
ACCESS(keep_alive_interval, uint64_t)
ACCESS(keep_alive_count, uint32_t)
ACCESS(hop_limit, uint8_t)
ACCESS(receive_buffer_size, uint64_t)
ACCESS(send_buffer_size, uint64_t)

#define ACCESS_OF(name) .get = get_##name, .set = set_##name

const socket_option KEEP_ALIVE_ENABLED = {
    ACCESS_OF(keep_alive_enabled), .usual = {1, 0}, .maximum = 1, .is_optional = true};

const socket_option KEEP_ALIVE_IDLE_TIME = {ACCESS_OF(keep_alive_idle_time),
                                            .usual = {600 * SECOND, 900 * SECOND},
                                            .maximum = UINT64_MAX};

const socket_option KEEP_ALIVE_INTERVAL = {
    ACCESS_OF(keep_alive_interval), .usual = {30 * SECOND, 60 * SECOND}, .maximum = UINT64_MAX};

const socket_option KEEP_ALIVE_COUNT = {
    ACCESS_OF(keep_alive_count), .usual = {5, 6}, .maximum = UINT32_MAX};

const socket_option HOP_LIMIT = {
    ACCESS_OF(hop_limit), .usual = {42, 43}, .maximum = UINT8_MAX, .is_optional = true};

const socket_option RECEIVE_BUFFER_SIZE = {
    ACCESS_OF(receive_buffer_size), .usual = {0x8000, 0x10000}, .maximum = UINT64_MAX};

const socket_option SEND_BUFFER_SIZE = {
    ACCESS_OF(send_buffer_size), .usual = {0x8000, 0x10000}, .maximum = UINT64_MAX};

result set_listen_backlog_size(tcp_socket socket, uint64_t value) {
  error_code code;
  bool is_ok =
      tcp_method_tcp_socket_set_listen_backlog_size(tcp_borrow_tcp_socket(socket), value, &code);
  return is_ok ? OK : code;
}

bool option_value(const socket_option *option, tcp_socket socket, uint64_t *value) {
  result outcome = option->get(socket, value);
  if (outcome == NETWORK_ERROR_CODE_NOT_SUPPORTED) {
    halt_observed(seen(outcome));
    return false;
  }
  AT("read the option", outcome);
  return true;
}

bool option_change(const socket_option *option, tcp_socket socket, uint64_t *value) {
  TRY(option_value(option, socket, value));
  step("set the option");
  uint64_t changed = option->usual[*value == option->usual[0]];
  result outcome = option->set(socket, changed);
  if (outcome == NETWORK_ERROR_CODE_NOT_SUPPORTED && option->is_optional) {
    halt_observed(seen(outcome));
    return false;
  }
  AT("set the option", outcome);
  return option_value(option, socket, value);
}

json seen_option_is(const socket_option *option, tcp_socket socket, uint64_t value) {
  uint64_t present = 0;
  result outcome = option->get(socket, &present);
  return seen_bool(outcome, present == value);
}
