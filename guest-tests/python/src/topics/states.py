"""What holds in every state of a socket."""

from contextlib import ExitStack

from support.address import loopback, other
from support.bindings import instance_network
from support.halt import Halt
from support.observe import done, observe
from support.report import step
from support.setup import address_of, at, closed, create, listening
from support.sockets import (
    accept_one,
    close,
    finish,
    finish_connecting,
    start_bind,
    start_connect,
)
from support.table import case

# An implementation may let a guest have few sockets.
OTHERS = 4


@case
def address_family(family):
    return in_every_state(family, family_of)


@case
def address_family_among_others(family):
    """Asked again and again, while there are sockets of the other family."""
    with create(other(family)), listening(other(family)):
        return in_every_state(family, lambda socket: same_again(family_of, socket))


def family_of(socket):
    return observe(socket.address_family())


@case
def is_listening(family):
    return in_every_state(family, listens)


@case
def is_listening_among_others(family):
    """Asked again and again, while there are sockets that listen, and then sockets that do
    not. Whether a socket listens that is about to is for `is_listening` to ask."""

    def ask(socket):
        answers = [among(listening, socket), among(create, socket)]
        return answers[0] if answers[0] == answers[1] else answers

    def among(make, socket):
        with ExitStack() as others:
            try:
                for _ in range(OTHERS):
                    others.enter_context(make(family))
            except Halt:
                return "no others"
            return same_again(listens, socket)

    observed = in_every_state(family, ask)
    del observed["listen-in-progress"]
    return observed


def listens(socket):
    return socket.is_listening()


def same_again(ask, socket):
    """What is answered six times in a row, or all the answers."""
    answers = [ask(socket) for _ in range(6)]
    return answers[0] if answers == answers[:1] * 6 else answers


def in_every_state(family, ask):
    """Leads sockets through all states, and asks each of them there."""
    observed = {}
    with create(family) as socket, create(family) as client:
        observed["unbound"] = ask(socket)
        step("start-bind")
        at("start-bind", start_bind, socket, loopback(family))
        observed["bind-in-progress"] = ask(socket)
        at("finish-bind", finish, socket, socket.finish_bind)
        observed["bound"] = ask(socket)
        step("start-listen")
        at("start-listen", socket.start_listen)
        observed["listen-in-progress"] = ask(socket)
        at("finish-listen", finish, socket, socket.finish_listen)
        observed["listening"] = ask(socket)
        address = address_of(socket)
        step("start-connect")
        at("start-connect", start_connect, client, address)
        observed["connect-in-progress"] = ask(client)
        with at("finish-connect", finish_connecting, client):
            observed["connected"] = ask(client)
            with at("accept", accept_one, socket) as accepted:
                observed["accepted"] = ask(accepted.socket)
                with closed(family, create) as failed:
                    observed["closed"] = ask(failed)
    return observed


@case
def two_networks(family):
    """Every handle is one to the default network: a socket that is bound with one is
    connected with another, and no operation needs a handle once it is started."""

    def bind():
        with first:
            socket.start_bind(first, loopback(family))
        finish(socket, socket.finish_bind)

    def connect():
        with second:
            socket.start_connect(second, address)
        # A client that is not there would be waited for.
        with finish_connecting(socket):
            close(accept_one(listener))

    with listening(family) as listener:
        address = address_of(listener)
        with create(family) as socket:
            step("get two networks")
            first, second = instance_network(), instance_network()
            step("bind")
            bound = done(bind)
            step("connect")
            return {"bind": bound, "connect": done(connect)}
