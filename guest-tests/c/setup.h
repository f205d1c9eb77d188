/**
 * Brings sockets into the state that a case starts from.
 *
 * A case does not observe these steps. When one fails, the case halts: it is blocked,
 * so an error of the set-up is never mistaken for the one that the case tests.
 */
#ifndef SETUP_H
#define SETUP_H

#include "observe.h"

/** Why a case ended early: an error at a step, or it has seen all there is to see. */
typedef struct halt {
  const char *step;
  error_code code;
  json observed;
} halt;

extern halt halted;

/** Both note why the case ends; a function that can halt then returns 0. */
void halt_blocked(const char *step, result outcome);
void halt_observed(json observed);

/** Ends this function too when the call has halted. */
#define TRY(call)         \
  do {                    \
    if (!(call)) return 0; \
  } while (0)

/** Ends this function, and blocks the case at `step`, unless the call returns `OK`. */
#define AT(step, call)              \
  do {                              \
    result outcome_ = (call);       \
    if (outcome_ != OK) {           \
      halt_blocked(step, outcome_); \
      return 0;                     \
    }                               \
  } while (0)

/** The other address family. */
ip_family other(ip_family family);

/**
 * These fill in a variable that the caller owns, and return false when they halt. Such
 * a variable may then hold what has been made so far.
 */
bool make_socket(ip_family family, tcp_socket *made);
bool make_bound(ip_family family, tcp_socket *made);
bool make_listening(ip_family family, tcp_socket *made);
bool local_address_of(tcp_socket socket, ip_address *address);
/** Connects a new socket to an address, and does not accept it. */
bool make_client_of(ip_address address, connection *made);

/**
 * Makes a socket, and closes it by an attempt to connect where nobody listens: first at a
 * port that a socket holds, then at one that is free again. One fault should not hide others.
 */
bool make_closed(ip_family family, bool (*make)(ip_family, tcp_socket *), tcp_socket *made);

/** The two ends of a connection, and its listener. */
typedef struct pair {
  connection client;
  connection server;
  tcp_socket listener;
} pair;

void drop_pair(pair *pair);
bool make_connected(ip_family family, pair *made);

/** A listener of each family at one port of the loopback addresses, IPv4 first. */
bool make_listening_in_both(tcp_socket *v4, tcp_socket *v6);

#endif
