#include "option.h"

#include "report.h"
#include "setup.h"

static result get_keep_alive_enabled(tcp_socket socket, uint64_t *value) {
  bool is_enabled = false;
  error_code code;
  if (!tcp_method_tcp_socket_keep_alive_enabled(tcp_borrow_tcp_socket(socket), &is_enabled, &code))
    return code;
  *value = is_enabled;
  return OK;
}

static result set_keep_alive_enabled(tcp_socket socket, uint64_t value) {
  error_code code;
  bool is_ok = tcp_method_tcp_socket_set_keep_alive_enabled(tcp_borrow_tcp_socket(socket),
                                                            value != 0, &code);
  return is_ok ? OK : code;
}

static result get_hop_limit(tcp_socket socket, uint64_t *value) {
  uint8_t limit = 0;
  error_code code;
  if (!tcp_method_tcp_socket_hop_limit(tcp_borrow_tcp_socket(socket), &limit, &code)) return code;
  *value = limit;
  return OK;
}

static result set_hop_limit(tcp_socket socket, uint64_t value) {
  error_code code;
  bool is_ok =
      tcp_method_tcp_socket_set_hop_limit(tcp_borrow_tcp_socket(socket), (uint8_t)value, &code);
  return is_ok ? OK : code;
}

static result get_receive_buffer_size(tcp_socket socket, uint64_t *value) {
  error_code code;
  bool is_ok =
      tcp_method_tcp_socket_receive_buffer_size(tcp_borrow_tcp_socket(socket), value, &code);
  return is_ok ? OK : code;
}

static result set_receive_buffer_size(tcp_socket socket, uint64_t value) {
  error_code code;
  bool is_ok =
      tcp_method_tcp_socket_set_receive_buffer_size(tcp_borrow_tcp_socket(socket), value, &code);
  return is_ok ? OK : code;
}

const socket_option KEEP_ALIVE_ENABLED = {
    .get = get_keep_alive_enabled, .set = set_keep_alive_enabled, .usual = {1, 0}};

const socket_option HOP_LIMIT = {
    .get = get_hop_limit, .set = set_hop_limit, .usual = {42, 43}, .is_optional = true};

const socket_option RECEIVE_BUFFER_SIZE = {
    .get = get_receive_buffer_size, .set = set_receive_buffer_size, .usual = {0x8000, 0x10000}};

bool option_value(const socket_option *option, tcp_socket socket, uint64_t *value) {
  result outcome = option->get(socket, value);
  if (outcome == NETWORK_ERROR_CODE_NOT_SUPPORTED) {
    halt_observed(seen(outcome));
    return false;
  }
  AT("read the option", outcome);
  return true;
}

bool option_change(const socket_option *option, tcp_socket socket) {
  uint64_t present;
  TRY(option_value(option, socket, &present));
  step("set the option");
  uint64_t changed = option->usual[present == option->usual[0]];
  result outcome = option->set(socket, changed);
  if (outcome == NETWORK_ERROR_CODE_NOT_SUPPORTED && option->is_optional) {
    halt_observed(seen(outcome));
    return false;
  }
  AT("set the option", outcome);
  return option_value(option, socket, &present);
}

json seen_option_is(const socket_option *option, tcp_socket socket, uint64_t value) {
  uint64_t present = 0;
  result outcome = option->get(socket, &present);
  return seen_bool(outcome, present == value);
}
