/**
 * What happens when there are as many sockets as there can be.
 *
 * The limit is reached at the call that takes what is short: at creation, or where an
 * implementation needs nothing for a mere socket, at `bind`, `listen` or `connect`. Each
 * has its cases, and the observation of the others says where the limit is: `unaffected`
 * beyond all of them, `deferred:CODE` behind creation, `reached at CALL` before the call
 * of the case.
 */
#include "address.h"
#include "clock.h"
#include "option.h"
#include "report.h"
#include "setup.h"
#include "transfer.h"
#include "under_fault.h"

/** Enough sockets to be sure that nothing limits creation. */
enum { MANY = 256 };

/** Sockets that are dropped together. */
typedef struct sockets {
  tcp_socket items[MANY];
  size_t count;
} sockets;

static void keep_sockets(sockets *sockets, size_t count) {
  while (sockets->count > count) drop_tcp_socket(&sockets->items[--sockets->count]);
}

static void drop_sockets(sockets *sockets) { keep_sockets(sockets, 0); }

static void drop_some(sockets *sockets) {
  step("drop some");
  keep_sockets(sockets, sockets->count > 8 ? sockets->count - 8 : 0);
}

/** Creates sockets until creation fails; returns the error, or `OK` for too many. */
static result create_many(ip_family family, sockets *made) {
  while (made->count < MANY) {
    result created = create_tcp_socket(family, &made->items[made->count]);
    if (created != OK) return created;
    made->count++;
  }
  return OK;
}

/**
 * Creates sockets until creation fails, and notes the error.
 *
 * Where it never fails, the observation tells why: `deferred:…` if some of the sockets
 * can't be used, `unaffected` if all can.
 */
static bool fill(ip_family family, sockets *made, result *error) {
  step("fill");
  *error = create_many(family, made);
  if (*error != OK) return true;
  step("use them all");
  for (size_t i = 0; i < made->count; i++) {
    result bound = socket_bind(made->items[i], loopback(family, 0));
    if (bound != OK) {
      halt_observed(deferred(bound));
      return false;
    }
  }
  halt_observed(fault_from_bound(made->items[MANY - 1], family));
  return false;
}

static json code(ip_family family) {
  OWNED(sockets) sockets = {0};
  result error;
  TRY(fill(family, &sockets, &error));
  return seen(error);
}

/**
 * A survivor goes on, at the latest when there is room: an implementation may need more
 * for a socket that is bound, or listens.
 */
static json survivors_bind(ip_family family) {
  OWNED(sockets) sockets = {0};
  OWNED(tcp_socket) survivor = {0};
  result error;
  TRY(fill(family, &sockets, &error));
  if (sockets.count == 0) return json_text("none");
  survivor = sockets.items[--sockets.count];
  step("use a survivor");
  result bound = socket_bind(survivor, loopback(family, 0));
  result listens = socket_listen(survivor);
  if ((bound != OK || listens != OK) && sockets.count > 0) {
    OWNED(tcp_socket) next = sockets.items[--sockets.count];
    drop_some(&sockets);
    step("use another survivor");
    drop_tcp_socket(&survivor);
    survivor = next;
    next = (tcp_socket){0};
    bound = socket_bind(survivor, loopback(family, 0));
    listens = socket_listen(survivor);
  }
  json is_listening = json_bool(socket_is_listening(survivor));
  return json_object("bind", seen(bound), "listen", seen(listens), "listening", is_listening,
                     "local-address", seen_local_address(survivor));
}

static json survivors_getters(ip_family family) {
  OWNED(sockets) sockets = {0};
  result error;
  TRY(fill(family, &sockets, &error));
  if (sockets.count == 0) return json_text("none");
  tcp_socket survivor = sockets.items[0];
  step("ask a survivor");
  uint64_t value;
  return json_object("address-family", seen_family(socket_family(survivor)), "is-listening",
                     json_bool(socket_is_listening(survivor)), "keep-alive-enabled",
                     seen(KEEP_ALIVE_ENABLED.get(survivor, &value)), "hop-limit",
                     seen(HOP_LIMIT.get(survivor, &value)), "receive-buffer-size",
                     seen(RECEIVE_BUFFER_SIZE.get(survivor, &value)));
}

static json recovers_with(ip_family family, ip_family then) {
  OWNED(sockets) sockets = {0};
  OWNED(tcp_socket) again = {0};
  result error;
  TRY(fill(family, &sockets, &error));
  step("drop one");
  if (sockets.count > 0) keep_sockets(&sockets, sockets.count - 1);
  step("create again");
  result created = create_tcp_socket(then, &again);
  return created == OK ? json_bool(socket_family(again) == then) : seen(created);
}

static json recovers(ip_family family) { return recovers_with(family, family); }

static json recovers_other_family(ip_family family) { return recovers_with(family, other(family)); }

/** A runtime may open a descriptor of its own meanwhile, so one less may fit. */
static json failed_calls_free(ip_family family) {
  OWNED(sockets) sockets = {0};
  result error;
  TRY(fill(family, &sockets, &error));
  size_t fitted = sockets.count, failed = 0;
  step("fail 1000 times");
  for (int i = 0; i < 1000; i++) {
    OWNED(tcp_socket) socket = {0};
    failed += create_tcp_socket(family, &socket) != OK;
  }
  drop_sockets(&sockets);
  TRY(fill(family, &sockets, &error));
  return json_object("failed", json_number(failed), "fit-but-one",
                     json_bool(sockets.count + 1 >= fitted));
}

static json shape(ip_family family) {
  OWNED(sockets) sockets = {0};
  OWNED(tcp_socket) socket = {0};
  result error;
  TRY(fill(family, &sockets, &error));
  return json_object("fit", json_number(sockets.count), "other-family",
                     seen(create_tcp_socket(other(family), &socket)));
}

/** A call that takes a socket further. */
typedef enum call { BIND, LISTEN, CONNECT } call;

/** Sockets that a call took further, with what came with them. */
typedef struct connections {
  connection items[MANY];
  size_t count;
} connections;

static void drop_connections(connections *connections) {
  while (connections->count > 0) drop_connection(&connections->items[--connections->count]);
}

/** As many sockets as can be taken further by a call. */
typedef struct limit_of {
  connections passed;
  /** The one with which it failed. */
  tcp_socket failed;
  /** Those with which it was not tried. */
  sockets left;
  result error;
  /** Where clients connect to. */
  tcp_socket listener;
  connections served;
} limit_of;

static void drop_limit_of(limit_of *limit) {
  drop_connections(&limit->passed);
  drop_tcp_socket(&limit->failed);
  drop_sockets(&limit->left);
  drop_tcp_socket(&limit->listener);
  drop_connections(&limit->served);
}

static result take_further(connection *taken, call call, ip_address address) {
  tcp_socket socket = taken->socket;
  if (call == BIND) return socket_bind(socket, loopback(socket_family(socket), 0));
  if (call == LISTEN) return socket_listen(socket);
  return socket_connect(socket, address, &taken->streams);
}

/** Calls it with another socket: the one that failed may be closed. */
static result again(limit_of *limit, call call, ip_family family) {
  if (call == BIND) return socket_bind(limit->failed, loopback(family, 0));
  if (limit->left.count == 0) return limit->error;
  OWNED(connection) next = {.socket = limit->left.items[--limit->left.count]};
  ip_address address;
  result outcome = socket_local_address(limit->listener, &address);
  if (outcome == OK) outcome = take_further(&next, call, address);
  if (outcome != OK) return outcome;
  limit->passed.items[limit->passed.count++] = next;
  next = (connection){0};
  return OK;
}

static bool reached_at(const char *call) {
  halt_observed(format("\"reached at %s\"", call));
  return false;
}

/** Serves a client, as long as there is room: the queue stays short. */
static void serve_client(limit_of *limit) {
  OWNED(pollable) pollable = socket_subscribe(limit->listener);
  if (!ready_within_moment(pollable) || limit->served.count == MANY) return;
  connection *accepted = &limit->served.items[limit->served.count];
  limit->served.count += socket_accept(limit->listener, accepted) == OK;
}

/** Makes the sockets with which a call is tried. */
static bool make_candidates(call call, ip_family family, sockets *made) {
  step("create many");
  if (create_many(family, made) != OK) return reached_at("create");
  if (call != LISTEN) return true;
  step("bind all");
  for (size_t i = 0; i < made->count; i++) {
    if (socket_bind(made->items[i], loopback(family, 0)) != OK) return reached_at("bind");
  }
  return true;
}

/**
 * Makes the call with one socket after the other until it fails.
 *
 * Where it never fails, or a call before it does, the observation tells.
 */
static bool fill_at(call call, ip_family family, limit_of *limit) {
  ip_address address;
  TRY(make_listening(family, &limit->listener));
  TRY(local_address_of(limit->listener, &address));
  TRY(make_candidates(call, family, &limit->left));
  step("go on until one fails");
  while (limit->left.count > 0) {
    connection *next = &limit->passed.items[limit->passed.count];
    *next = (connection){.socket = limit->left.items[--limit->left.count]};
    limit->error = take_further(next, call, address);
    if (limit->error != OK) {
      limit->failed = next->socket;
      *next = (connection){0};
      return true;
    }
    limit->passed.count++;
    if (call == CONNECT) serve_client(limit);
  }
  halt_observed(json_text("unaffected"));
  return false;
}

static json code_at(call call, ip_family family) {
  OWNED(limit_of) limit = {0};
  TRY(fill_at(call, family, &limit));
  return seen(limit.error);
}

static json recovers_at(call call, ip_family family) {
  OWNED(limit_of) limit = {0};
  TRY(fill_at(call, family, &limit));
  step("drop one");
  if (limit.passed.count > 0) drop_connection(&limit.passed.items[--limit.passed.count]);
  step("call it again");
  attempts attempts = attempts_start();
  bool is_ok;
  do {
    is_ok = again(&limit, call, family) == OK;
  } while (!is_ok && attempts_go_on_in_time(&attempts));
  return json_bool(is_ok);
}

static bool count_at(call call, ip_family family, size_t *fitted) {
  OWNED(limit_of) limit = {0};
  TRY(fill_at(call, family, &limit));
  *fitted = limit.passed.count;
  return true;
}

static json failed_calls_free_at(call call, ip_family family) {
  OWNED(limit_of) limit = {0};
  TRY(fill_at(call, family, &limit));
  size_t before = limit.passed.count, failed = 0, fitted;
  step("fail 100 times");
  for (int i = 0; i < 100; i++) failed += again(&limit, call, family) != OK;
  drop_limit_of(&limit);
  step("fill again");
  // A host may open something of its own when it first fails, and keep it.
  attempts attempts = attempts_start();
  do {
    TRY(count_at(call, family, &fitted));
  } while (fitted + 1 < before && attempts_go_on_in_time(&attempts));
  return json_object("failed", json_number(failed), "fit-but-one",
                     json_bool(fitted + 1 >= before));
}

/** Moves the sockets of a limit to where they go on. */
static void take_passed(limit_of *limit, sockets *taken) {
  for (size_t i = 0; i < limit->passed.count; i++) {
    connection *passed = &limit->passed.items[i];
    taken->items[taken->count++] = passed->socket;
    passed->socket = (tcp_socket){0};
  }
}

/** Uses up what there is for sockets, by the call that takes it. */
static bool use_up(ip_family family, sockets *used) {
  result error;
  if (fill(family, used, &error)) return true;
  drop_sockets(used);
  for (call call = BIND; call <= LISTEN && halted.observed != NULL; call++) {
    OWNED(limit_of) limit = {0};
    if (fill_at(call, family, &limit)) {
      take_passed(&limit, used);
      return true;
    }
  }
  if (halted.observed != NULL) halt_observed(json_text("unaffected"));
  return false;
}

/** A listener with a client that waits, when there are as many sockets as there can be. */
typedef struct limit_of_accept {
  tcp_socket listener;
  connection client;
  sockets sockets;
  /** What accept answers. */
  result error;
} limit_of_accept;

static void drop_limit_of_accept(limit_of_accept *limit) {
  drop_tcp_socket(&limit->listener);
  drop_connection(&limit->client);
  drop_sockets(&limit->sockets);
}

static bool accept_at_limit(ip_family family, limit_of_accept *limit) {
  OWNED(connection) accepted = {0};
  ip_address address;
  TRY(make_listening(family, &limit->listener));
  TRY(local_address_of(limit->listener, &address));
  TRY(make_client_of(address, &limit->client));
  TRY(use_up(family, &limit->sockets));
  step("accept at the limit");
  limit->error = socket_accept_one(limit->listener, &accepted);
  if (limit->error != OK) return true;
  halt_observed(json_text("accepts take no descriptor"));
  return false;
}

/** Waits for a client, and accepts and drops it. */
static result accept_and_drop(tcp_socket listener) {
  OWNED(connection) accepted = {0};
  return socket_accept_one(listener, &accepted);
}

/** A client waits while there is no room for it, and until there is. */
static json accept(ip_family family) {
  OWNED(limit_of_accept) limit = {0};
  TRY(accept_at_limit(family, &limit));
  drop_some(&limit.sockets);
  step("accept below the limit");
  attempts attempts = attempts_start();
  result below;
  do {
    below = accept_and_drop(limit.listener);
  } while (below != OK && attempts_go_on_in_time(&attempts));
  return json_object("at-limit", seen(limit.error), "below", seen(below));
}

static bool count_used_up(ip_family family, size_t *fitted) {
  OWNED(sockets) sockets = {0};
  TRY(use_up(family, &sockets));
  *fitted = sockets.count;
  return true;
}

static json accept_failed_calls_free(ip_family family) {
  OWNED(limit_of_accept) limit = {0};
  TRY(accept_at_limit(family, &limit));
  size_t before = limit.sockets.count, failed = 0, fitted;
  step("fail 1000 times");
  for (int i = 0; i < 1000; i++) failed += try_accept(limit.listener) != OK;
  drop_sockets(&limit.sockets);
  step("fill again");
  attempts attempts = attempts_start();
  do {
    TRY(count_used_up(family, &fitted));
  } while (fitted + 1 < before && attempts_go_on_in_time(&attempts));
  return json_object("failed", json_number(failed), "fit-but-one",
                     json_bool(fitted + 1 >= before));
}

static json bind_code(ip_family family) { return code_at(BIND, family); }

static json bind_survivors(ip_family family) {
  OWNED(limit_of) limit = {0};
  TRY(fill_at(BIND, family, &limit));
  step("ask both");
  json failed = seen(try_local_address(limit.failed));
  json bound = limit.passed.count > 0 ? seen_local_address(limit.passed.items[0].socket) : "null";
  return json_object("bound", bound, "failed", failed);
}

static json bind_recovers(ip_family family) { return recovers_at(BIND, family); }

static json bind_failed_calls_free(ip_family family) { return failed_calls_free_at(BIND, family); }

static json listen_code(ip_family family) { return code_at(LISTEN, family); }

static json listen_survivors(ip_family family) {
  OWNED(limit_of) limit = {0};
  TRY(fill_at(LISTEN, family, &limit));
  step("ask both");
  json listening = "null";
  if (limit.passed.count > 0) {
    listening = json_bool(socket_is_listening(limit.passed.items[0].socket));
  }
  return json_object("listening", listening, "failed",
                     json_bool(socket_is_listening(limit.failed)));
}

static json listen_recovers(ip_family family) { return recovers_at(LISTEN, family); }

static json listen_failed_calls_free(ip_family family) {
  return failed_calls_free_at(LISTEN, family);
}

static json connect_code(ip_family family) { return code_at(CONNECT, family); }

/** A connection that was made before goes on. */
static json connect_survivors(ip_family family) {
  OWNED(pair) pair = {0};
  OWNED(limit_of) limit = {0};
  TRY(make_connected(family, &pair));
  TRY(fill_at(CONNECT, family, &limit));
  step("carry bytes");
  return json_text(transfer_run(transfer_of(&pair.client, &pair.server, 1000)));
}

static json connect_recovers(ip_family family) { return recovers_at(CONNECT, family); }

static json connect_failed_calls_free(ip_family family) {
  return failed_calls_free_at(CONNECT, family);
}

static bool is_reached_at(call call, ip_family family) {
  OWNED(limit_of) limit = {0};
  return fill_at(call, family, &limit);
}

static bool is_reached_at_creation(ip_family family) {
  OWNED(sockets) sockets = {0};
  result error;
  return fill(family, &sockets, &error);
}

/** The call that takes what is short. */
static json reached(ip_family family) {
  static const char *const NAMES[] = {"bind", "listen", "connect"};
  if (is_reached_at_creation(family)) return json_text("create");
  for (call call = BIND; call <= CONNECT; call++) {
    if (halted.observed == NULL) return NULL;
    if (is_reached_at(call, family)) return json_text(NAMES[call]);
  }
  return halted.observed == NULL ? NULL : json_text("no call");
}

#define CASES(topic, X)              \
  X(topic, code)                     \
  X(topic, survivors_bind)           \
  X(topic, survivors_getters)        \
  X(topic, recovers)                 \
  X(topic, recovers_other_family)    \
  X(topic, failed_calls_free)        \
  X(topic, shape)                    \
  X(topic, accept)                   \
  X(topic, accept_failed_calls_free) \
  X(topic, bind_code)                \
  X(topic, bind_survivors)           \
  X(topic, bind_recovers)            \
  X(topic, bind_failed_calls_free)   \
  X(topic, listen_code)              \
  X(topic, listen_survivors)         \
  X(topic, listen_recovers)          \
  X(topic, listen_failed_calls_free) \
  X(topic, connect_code)             \
  X(topic, connect_survivors)        \
  X(topic, connect_recovers)         \
  X(topic, connect_failed_calls_free) \
  X(topic, reached)

TOPIC(limit, CASES);
