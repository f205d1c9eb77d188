/** What creation returns when the operating system refuses to create a socket. */
#include "report.h"
#include "setup.h"
#include "under_fault.h"

static json create(ip_family family) { return fault_from_creation(family); }

static json other_family(ip_family family) {
  step("create in the family that is missing");
  OWNED(tcp_socket) socket = {0};
  create_tcp_socket(family, &socket);
  drop_tcp_socket(&socket);
  return fault_from_creation(other(family));
}

#define CASES(topic, X) \
  X(topic, create)      \
  X(topic, other_family)

TOPIC(fault, CASES);
