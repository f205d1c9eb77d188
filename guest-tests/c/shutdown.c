/** What `shutdown` does to a connection. */
#include <string.h>

#include "clock.h"
#include "report.h"
#include "setup.h"
#include "transfer.h"

#define RECEIVE TCP_SHUTDOWN_TYPE_RECEIVE
#define SEND TCP_SHUTDOWN_TYPE_SEND
#define BOTH TCP_SHUTDOWN_TYPE_BOTH

/** More than one write takes, and no more than systems buffer. */
enum { SOME = 100000 };

static bool shut_down(const connection *end, tcp_shutdown_type_t type) {
  step("shutdown");
  AT("shutdown", socket_shutdown(end->socket, type));
  return true;
}

static json send_ends_peer_input(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  TRY(shut_down(&pair.client, SEND));
  step("read at the peer");
  return seen_end_of(&pair.server);
}

static json send_closes_output(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  TRY(shut_down(&pair.client, SEND));
  step("check-write");
  return seen_state_of(&pair.client);
}

static json send_leaves_input(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  TRY(shut_down(&pair.client, SEND));
  step("carry bytes the other way");
  return json_text(transfer_run(transfer_of(&pair.server, &pair.client, 1000)));
}

static json receive_closes_input(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  TRY(shut_down(&pair.client, RECEIVE));
  step("read");
  return seen_end_of(&pair.client);
}

/** Bytes that have arrived unread can no longer be read. */
static json receive_discards(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("let bytes arrive");
  transfer transfer = transfer_of(&pair.server, &pair.client, 1000);
  bool is_sent = transfer_send(&transfer) == NULL;
  bool has_arrived = input_gets_ready(&pair.client);
  TRY(shut_down(&pair.client, RECEIVE));
  step("read");
  return json_object("sent", json_bool(is_sent), "arrived", json_bool(has_arrived), "read",
                     seen_end_of(&pair.client));
}

static json receive_leaves_output(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  TRY(shut_down(&pair.client, RECEIVE));
  step("carry bytes the other way");
  return json_text(transfer_run(transfer_of(&pair.client, &pair.server, 1000)));
}

static json both_ends_peer_input(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  TRY(shut_down(&pair.client, BOTH));
  step("read at the peer");
  return seen_end_of(&pair.server);
}

static json both_closes_streams(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  TRY(shut_down(&pair.client, BOTH));
  step("use the streams");
  json input = seen_end_of(&pair.client);
  return json_object("input", input, "output", seen_state_of(&pair.client));
}

static json accepted_send_ends_peer_input(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  TRY(shut_down(&pair.server, SEND));
  step("read at the peer");
  json peer = seen_end_of(&pair.client);
  return json_object("peer", peer, "output", seen_state_of(&pair.server));
}

static json accepted_receive_closes_input(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  TRY(shut_down(&pair.server, RECEIVE));
  step("read");
  return seen_end_of(&pair.server);
}

static json one_after_the_other(ip_family family, tcp_shutdown_type_t first,
                                tcp_shutdown_type_t second) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("shutdown twice");
  json once = seen(socket_shutdown(pair.client.socket, first));
  json twice = seen(socket_shutdown(pair.client.socket, second));
  return json_array(once, twice);
}

static json receive_twice(ip_family family) { return one_after_the_other(family, RECEIVE, RECEIVE); }

static json send_twice(ip_family family) { return one_after_the_other(family, SEND, SEND); }

static json both_twice(ip_family family) { return one_after_the_other(family, BOTH, BOTH); }

static json receive_then_send(ip_family family) {
  return one_after_the_other(family, RECEIVE, SEND);
}

static json both_after_send(ip_family family) { return one_after_the_other(family, SEND, BOTH); }

static json keeps(ip_family family, bool is_flushed) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("write");
  transfer transfer = transfer_of(&pair.client, &pair.server, SOME);
  transfer.is_unflushed = !is_flushed;
  const char *wrong = transfer_send(&transfer);
  if (wrong != NULL) return json_text(wrong);
  TRY(shut_down(&pair.client, SEND));
  step("read to the end");
  json arrived = json_text(transfer_receive(&transfer));
  if (transfer.received < transfer.length) return arrived;
  bool has_end = strcmp(seen_end_of(&pair.server), "\"closed\"") == 0;
  return has_end ? arrived : json_text("whole, without an end");
}

static json keeps_data(ip_family family) { return keeps(family, true); }

/** Like `keeps_data`, but without a flush before the shutdown. */
static json keeps_unflushed_data(ip_family family) { return keeps(family, false); }

/**
 * Bytes that wait at the end that shuts down are there still, and the peer sees no more
 * than an end.
 */
static json send_keeps_what_is_unread(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("let bytes arrive");
  transfer transfer = transfer_of(&pair.server, &pair.client, 1000);
  const char *wrong = transfer_send(&transfer);
  if (wrong != NULL) return json_text(wrong);
  bool has_arrived = input_gets_ready(&pair.client);
  TRY(shut_down(&pair.client, SEND));
  step("read at the peer");
  json peer = seen_end_of(&pair.server);
  step("read what has arrived");
  return json_object("arrived", json_bool(has_arrived), "peer", peer, "bytes",
                     json_text(transfer_receive(&transfer)));
}

/** What one read of a byte gives. */
static json seen_read(const connection *end) {
  bindings_list_u8_t bytes;
  streams_stream_error_t error;
  if (!streams_method_input_stream_read(streams_borrow_input_stream(end->streams.input), 1, &bytes,
                                        &error)) {
    return seen_stream_error(&error);
  }
  json seen = json_text(bytes.len == 0 ? "empty" : "bytes");
  bindings_list_u8_free(&bytes);
  return seen;
}

/** What a write of a thousand zeros gives. */
static json seen_write(const connection *end) {
  uint8_t zeros[1000] = {0};
  bindings_list_u8_t bytes = {.ptr = zeros, .len = sizeof zeros};
  streams_stream_error_t error;
  bool is_ok = streams_method_output_stream_blocking_write_and_flush(
      streams_borrow_output_stream(end->streams.output), &bytes, &error);
  return is_ok ? seen(OK) : seen_stream_error(&error);
}

/**
 * The peer learns of no end, and may write. Some systems reset the connection once bytes
 * come that nobody is to receive.
 */
static json receive_is_not_told(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  TRY(shut_down(&pair.client, RECEIVE));
  step("let an end arrive at the peer");
  pause_for_moment();
  json read = seen_read(&pair.server);
  json output = seen_state_of(&pair.server);
  step("write at the peer");
  json written = seen_write(&pair.server);
  step("carry bytes the other way");
  json back = json_text(transfer_run(transfer_of(&pair.client, &pair.server, 1000)));
  return json_object("peer", json_object("read", read, "output", output), "later",
                     json_object("write", written, "back", back));
}

#define CASES(topic, X)                   \
  X(topic, send_ends_peer_input)          \
  X(topic, send_closes_output)            \
  X(topic, send_leaves_input)             \
  X(topic, receive_closes_input)          \
  X(topic, receive_discards)              \
  X(topic, receive_leaves_output)         \
  X(topic, both_ends_peer_input)          \
  X(topic, both_closes_streams)           \
  X(topic, accepted_send_ends_peer_input) \
  X(topic, accepted_receive_closes_input) \
  X(topic, receive_twice)                 \
  X(topic, send_twice)                    \
  X(topic, both_twice)                    \
  X(topic, receive_then_send)             \
  X(topic, both_after_send)               \
  X(topic, keeps_data)                    \
  X(topic, keeps_unflushed_data)          \
  X(topic, send_keeps_what_is_unread)     \
  X(topic, receive_is_not_told)

TOPIC(shutdown, CASES);
