/*
 * What no server can do without: the same bytes, written to every connection.
 *
 *     sender SIZE MILLISECONDS [stamp]
 *
 * It listens on a port of 127.0.0.1, which it prints, and writes SIZE bytes to each connection every so many
 * milliseconds. What a connection does not take at once it does not get. With a third word they end with the moment at
 * which the first connection's turn comes, as benchmarks/hearing.py reads it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 100000, SEND_BUFFER = 128 * 1024, STAMP = 23 };

static int viewers[MOST];
static int watching;

static void must(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        exit(1);
    }
}

static int listen_somewhere(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    must(listener >= 0, "socket");
    must(bind(listener, (struct sockaddr *)&here, sizeof here) == 0, "bind");
    must(listen(listener, 1024) == 0, "listen");
    must(getsockname(listener, (struct sockaddr *)&here, &length) == 0, "getsockname");
    printf("%d\n", ntohs(here.sin_port));
    fflush(stdout);
    return listener;
}

static int start_timer(long milliseconds)
{
    struct timespec step = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    struct itimerspec steps = {step, step};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

    must(timer >= 0 && timerfd_settime(timer, 0, &steps, NULL) == 0, "timerfd");
    return timer;
}

static void welcome(int listener)
{
    static const char head[] = "HTTP/1.0 200 OK\r\nContent-Type: video/mp4\r\n\r\n";
    int one = 1, size = SEND_BUFFER, viewer;

    while (watching < MOST && (viewer = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(viewer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        setsockopt(viewer, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        if (write(viewer, head, sizeof head - 1) == sizeof head - 1)
            viewers[watching++] = viewer;
        else
            close(viewer);
    }
}

/* The last bytes of a fragment: the monotonic clock's nanoseconds, and the end of a line. */
static void stamp(char *fragment, size_t size)
{
    char text[STAMP + 1];
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof text, "~%020lld~\n", now.tv_sec * 1000000000LL + now.tv_nsec);
    memcpy(fragment + size - STAMP, text, STAMP);
}

static void send_to_all(const char *fragment, size_t size)
{
    for (int index = 0; index < watching;) {
        if (write(viewers[index], fragment, size) < 0 && errno != EAGAIN) {
            close(viewers[index]);
            viewers[index] = viewers[--watching];
        } else {
            index++;
        }
    }
}

int main(int count, char **words)
{
    must(count == 3 || count == 4, "two arguments are needed, or three");
    size_t size = strtoul(words[1], NULL, 10);
    char *fragment = calloc(1, size);
    int poll = epoll_create1(0), listener = listen_somewhere(), timer = start_timer(strtol(words[2], NULL, 10));
    struct epoll_event at_listener = {.events = EPOLLIN, .data.fd = listener};
    struct epoll_event at_timer = {.events = EPOLLIN, .data.fd = timer};
    struct epoll_event event;

    signal(SIGPIPE, SIG_IGN);
    must(count == 3 || size >= STAMP, "a stamp needs more bytes");
    must(fragment != NULL && poll >= 0, "start");
    must(epoll_ctl(poll, EPOLL_CTL_ADD, listener, &at_listener) == 0, "epoll_ctl");
    must(epoll_ctl(poll, EPOLL_CTL_ADD, timer, &at_timer) == 0, "epoll_ctl");
    for (;;) {
        uint64_t passed;
        if (epoll_wait(poll, &event, 1, -1) != 1)
            continue;
        if (event.data.fd == listener)
            welcome(listener);
        else if (read(timer, &passed, sizeof passed) == sizeof passed)
            while (passed--) {
                if (count == 4)
                    stamp(fragment, size);
                send_to_all(fragment, size);
            }
    }
}
