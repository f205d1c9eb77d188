/**
 * How far a socket gets under a fault: `error:CODE` when creation failed, `deferred:CODE`
 * when a later step did, `unaffected` when all worked up to an accepted connection.
 */
#ifndef UNDER_FAULT_H
#define UNDER_FAULT_H

#include "observe.h"

/** How far a new socket gets. */
json fault_from_creation(ip_family family);
/** How far a bound socket gets. */
json fault_from_bound(tcp_socket socket, ip_family family);
/** How far a listener gets. */
json fault_from_listening(tcp_socket socket, ip_family family);
/** The observation of a fault that appeared after creation. */
json deferred(result outcome);

/** What a call shows of the state: whether it let the call through. The rest is up to the
 * fault. */
json attempted(result outcome);
/** What a socket answers that failed to listen or to connect. */
json after_failure(tcp_socket socket, ip_family family);
/** An address to which a connect can be started, whoever listens there. */
ip_address nobody(ip_family family);

#endif
