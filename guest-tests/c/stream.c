/** What the streams of a connection carry. */
#include "report.h"
#include "setup.h"
#include "transfer.h"

enum { MEBIBYTE = 1 << 20 };

static json mebibyte_to_server(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("carry bytes");
  return json_text(transfer_run(transfer_of(&pair.client, &pair.server, MEBIBYTE)));
}

static json mebibyte_to_client(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("carry bytes");
  return json_text(transfer_run(transfer_of(&pair.server, &pair.client, MEBIBYTE)));
}

static json mebibyte_each_way(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("carry bytes");
  transfer transfers[] = {
      transfer_of(&pair.client, &pair.server, MEBIBYTE),
      transfer_of(&pair.server, &pair.client, MEBIBYTE),
  };
  return json_text(transfer_run_all(transfers, 2));
}

static json small_pieces(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("carry bytes");
  transfer transfer = transfer_of(&pair.client, &pair.server, 100);
  transfer.piece = 1;
  return json_text(transfer_run(transfer));
}

/** A read returns no more than asked for, and the next one returns the rest. */
static json read_gives_no_more_than_asked(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("write");
  transfer transfer = transfer_of(&pair.client, &pair.server, 1000);
  transfer.piece = 100;
  const char *wrong = transfer_send(&transfer);
  if (wrong != NULL) return json_text(wrong);
  step("read");
  json arrived = json_text(transfer_receive(&transfer));
  return json_object("arrived", arrived, "at-most", json_bool(transfer.largest_read <= 100));
}

/** The bytes of one connection do not turn up in another. */
static json two_connections(ip_family family) {
  OWNED(pair) one = {0};
  OWNED(pair) two = {0};
  TRY(make_connected(family, &one));
  TRY(make_connected(family, &two));
  step("carry bytes");
  transfer transfers[] = {
      transfer_of(&one.client, &one.server, 10000),
      transfer_of(&two.client, &two.server, 50000),
      transfer_of(&two.server, &two.client, 20000),
  };
  return json_text(transfer_run_all(transfers, 3));
}

static json end_after_bytes(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("carry bytes");
  json arrived = json_text(transfer_run(transfer_of(&pair.client, &pair.server, 10000)));
  AT("shutdown", socket_shutdown(pair.client.socket, TCP_SHUTDOWN_TYPE_SEND));
  step("read to the end");
  json then = seen_end_of(&pair.server);
  json then_again = seen_end_of(&pair.server);
  return json_object("arrived", arrived, "then", then, "then-again", then_again);
}

static json end_when_peer_dropped(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("drop one end");
  drop_connection(&pair.server);
  step("read at the other");
  return seen_end_of(&pair.client);
}

/** Sends bytes and their end from one connection to the other. */
static json say(const connection *from, const connection *to, size_t length) {
  json arrived = json_text(transfer_run(transfer_of(from, to, length)));
  AT("shutdown", socket_shutdown(from->socket, TCP_SHUTDOWN_TYPE_SEND));
  return json_array(arrived, seen_end_of(to));
}

/** A request up to its end, then the response up to its end. */
static json half_close(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("request");
  json request = say(&pair.client, &pair.server, 100000);
  TRY(request);
  step("response");
  json response = say(&pair.server, &pair.client, 200000);
  TRY(response);
  return json_object("request", request, "response", response);
}

#define CASES(topic, X)                   \
  X(topic, mebibyte_to_server)            \
  X(topic, mebibyte_to_client)            \
  X(topic, mebibyte_each_way)             \
  X(topic, small_pieces)                  \
  X(topic, read_gives_no_more_than_asked) \
  X(topic, two_connections)               \
  X(topic, end_after_bytes)               \
  X(topic, end_when_peer_dropped)         \
  X(topic, half_close)

TOPIC(stream, CASES);
