#include "socket.h"

#include "clock.h"

/** The result of a call of the binding, which returns whether it succeeded. */
#define CALL(call) \
  error_code code; \
  return (call) ? OK : code

static tcp_borrow_tcp_socket_t lend(tcp_socket socket) { return tcp_borrow_tcp_socket(socket); }

void drop_tcp_socket(tcp_socket *socket) {
  if (socket->__handle != 0) tcp_tcp_socket_drop_own(*socket);
  *socket = (tcp_socket){0};
}

void drop_pollable(pollable *pollable) {
  if (pollable->__handle != 0) poll_pollable_drop_own(*pollable);
  pollable->__handle = 0;
}

void drop_streams(streams *streams) {
  if (streams->input.__handle != 0) streams_input_stream_drop_own(streams->input);
  if (streams->output.__handle != 0) streams_output_stream_drop_own(streams->output);
  streams->input.__handle = streams->output.__handle = 0;
}

void drop_connection(connection *connection) {
  drop_streams(&connection->streams);
  drop_tcp_socket(&connection->socket);
}

result create_tcp_socket(ip_family family, tcp_socket *created) {
  CALL(factory_create_tcp_socket(family, created, &code));
}

result socket_start_bind(tcp_socket socket, ip_address address) {
  network_own_network_t network = instance_instance_network();
  error_code code;
  bool is_ok = tcp_method_tcp_socket_start_bind(lend(socket), network_borrow_network(network),
                                                &address, &code);
  network_network_drop_own(network);
  return is_ok ? OK : code;
}

result socket_finish_bind(tcp_socket socket) {
  CALL(tcp_method_tcp_socket_finish_bind(lend(socket), &code));
}

result socket_start_connect(tcp_socket socket, ip_address address) {
  network_own_network_t network = instance_instance_network();
  error_code code;
  bool is_ok = tcp_method_tcp_socket_start_connect(lend(socket), network_borrow_network(network),
                                                   &address, &code);
  network_network_drop_own(network);
  return is_ok ? OK : code;
}

result socket_finish_connect(tcp_socket socket, streams *made) {
  tcp_tuple2_own_input_stream_own_output_stream_t ends;
  error_code code;
  if (!tcp_method_tcp_socket_finish_connect(lend(socket), &ends, &code)) return code;
  *made = (streams){.input = ends.f0, .output = ends.f1};
  return OK;
}

result socket_start_listen(tcp_socket socket) {
  CALL(tcp_method_tcp_socket_start_listen(lend(socket), &code));
}

result socket_finish_listen(tcp_socket socket) {
  CALL(tcp_method_tcp_socket_finish_listen(lend(socket), &code));
}

result socket_accept(tcp_socket socket, connection *accepted) {
  tcp_tuple3_own_tcp_socket_own_input_stream_own_output_stream_t parts;
  error_code code;
  if (!tcp_method_tcp_socket_accept(lend(socket), &parts, &code)) return code;
  *accepted = (connection){.socket = parts.f0, .streams = {.input = parts.f1, .output = parts.f2}};
  return OK;
}

result socket_local_address(tcp_socket socket, ip_address *address) {
  CALL(tcp_method_tcp_socket_local_address(lend(socket), address, &code));
}

result socket_remote_address(tcp_socket socket, ip_address *address) {
  CALL(tcp_method_tcp_socket_remote_address(lend(socket), address, &code));
}

result socket_shutdown(tcp_socket socket, tcp_shutdown_type_t type) {
  CALL(tcp_method_tcp_socket_shutdown(lend(socket), type, &code));
}

result try_finish_connect(tcp_socket socket) {
  OWNED(streams) made = {0};
  return socket_finish_connect(socket, &made);
}

result try_accept(tcp_socket socket) {
  OWNED(connection) accepted = {0};
  return socket_accept(socket, &accepted);
}

result try_local_address(tcp_socket socket) {
  ip_address address;
  return socket_local_address(socket, &address);
}

result try_remote_address(tcp_socket socket) {
  ip_address address;
  return socket_remote_address(socket, &address);
}

result try_shutdown_receive(tcp_socket socket) {
  return socket_shutdown(socket, TCP_SHUTDOWN_TYPE_RECEIVE);
}

result try_shutdown_send(tcp_socket socket) {
  return socket_shutdown(socket, TCP_SHUTDOWN_TYPE_SEND);
}

result try_shutdown_both(tcp_socket socket) {
  return socket_shutdown(socket, TCP_SHUTDOWN_TYPE_BOTH);
}

bool socket_is_listening(tcp_socket socket) {
  return tcp_method_tcp_socket_is_listening(lend(socket));
}

ip_family socket_family(tcp_socket socket) {
  return tcp_method_tcp_socket_address_family(lend(socket));
}

pollable socket_subscribe(tcp_socket socket) {
  return tcp_method_tcp_socket_subscribe(lend(socket));
}

/** Blocks until the socket says that it can go on; returns whether to try again. */
static bool go_on(tcp_socket socket, result outcome, attempts *attempts) {
  if (outcome != NETWORK_ERROR_CODE_WOULD_BLOCK || !attempts_go_on(attempts)) return false;
  OWNED(pollable) pollable = socket_subscribe(socket);
  poll_method_pollable_block(poll_borrow_pollable(pollable));
  return true;
}

result socket_finish(tcp_socket socket, result (*finish)(tcp_socket)) {
  attempts attempts = attempts_start();
  result outcome;
  do {
    outcome = finish(socket);
  } while (go_on(socket, outcome, &attempts));
  return outcome;
}

result socket_bind(tcp_socket socket, ip_address address) {
  result started = socket_start_bind(socket, address);
  return started == OK ? socket_finish(socket, socket_finish_bind) : started;
}

result socket_listen(tcp_socket socket) {
  result started = socket_start_listen(socket);
  return started == OK ? socket_finish(socket, socket_finish_listen) : started;
}

result socket_finish_with_streams(tcp_socket socket, streams *made) {
  attempts attempts = attempts_start();
  result outcome;
  do {
    outcome = socket_finish_connect(socket, made);
  } while (go_on(socket, outcome, &attempts));
  return outcome;
}

result socket_connect(tcp_socket socket, ip_address address, streams *made) {
  result started = socket_start_connect(socket, address);
  return started == OK ? socket_finish_with_streams(socket, made) : started;
}

result socket_accept_one(tcp_socket socket, connection *accepted) {
  attempts attempts = attempts_start();
  result outcome;
  do {
    outcome = socket_accept(socket, accepted);
  } while (go_on(socket, outcome, &attempts));
  return outcome;
}

result connect_and_accept(tcp_socket listener, tcp_socket client, streams *made,
                          connection *accepted) {
  ip_address address;
  result outcome = socket_local_address(listener, &address);
  if (outcome == OK) outcome = socket_connect(client, address, made);
  if (outcome == OK) outcome = socket_accept_one(listener, accepted);
  return outcome;
}

result serve(tcp_socket listener, tcp_socket client) {
  OWNED(streams) made = {0};
  OWNED(connection) accepted = {0};
  return connect_and_accept(listener, client, &made, &accepted);
}
