// SPDX-License-Identifier: Apache-2.0
// The load of `bench/run.sh compare`: a server, and clients that count what they do. Everything is by
// number of requests, never by time, so that a clock that counts instructions serves as well.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Every request and every answer has this many bytes: a small RPC.
enum { MESSAGE = 64 };

// The first byte of a request.
enum {
	ANSWER = 'a',   // answer with MESSAGE bytes
	NAME = 'n',     // answer with the address that the server was reached at
	SWALLOW = 's',  // take as many bytes as the request's next eight say, then answer
};

enum { MOST_TARGETS = 64, MOST_EVENTS = 64, MOST_FILES = 4096, BACKLOG = 4096, CHUNK = 256 * 1024 };

struct targets {
	struct sockaddr_in address[MOST_TARGETS];
	int count;
};

// A load that one process of several carries: it writes its own part of the samples.
struct share {
	const struct targets *targets;
	uint64_t *samples;
	long first, count;
};

static char buffer[CHUNK];

static void fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static struct sockaddr_in address(const char *ip, int port)
{
	struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons(port)};

	if (port < 1 || port > 65535 || inet_pton(AF_INET, ip, &result.sin_addr) != 1) {
		fprintf(stderr, "load: not an IPv4 address and port: %s:%d\n", ip, port);
		exit(2);
	}
	return result;
}

// "IP:PORT,IP:PORT,..."
static struct targets targets(char *text)
{
	struct targets result = {.count = 0};

	for (char *one = strtok(text, ","); one && result.count < MOST_TARGETS; one = strtok(NULL, ",")) {
		char *colon = strchr(one, ':');

		if (!colon) {
			fprintf(stderr, "load: not IP:PORT: %s\n", one);
			exit(2);
		}
		*colon = '\0';
		result.address[result.count++] = address(one, atoi(colon + 1));
	}
	return result;
}

static void use(pid_t process, const cpu_set_t *processors)
{
	if (sched_setaffinity(process, sizeof(*processors), processors))
		fail("sched_setaffinity");
}

// Gives this process and the server one processor, and returns those it had before: where a scheduler puts the two
// otherwise decides more than any proxy does.
static cpu_set_t share_processor(pid_t server)
{
	cpu_set_t before, one;
	int last = CPU_SETSIZE - 1;

	if (sched_getaffinity(0, sizeof(before), &before))
		fail("sched_getaffinity");
	while (!CPU_ISSET(last, &before))
		last--;
	CPU_ZERO(&one);
	CPU_SET(last, &one);
	use(0, &one);
	use(server, &one);
	return before;
}

static int open_socket(int type)
{
	int file = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (file < 0)
		fail("socket");
	return file;
}

// ---------------------------------------------------------------------------------------------- server

static uint64_t to_swallow[MOST_FILES];

static void watch(int poller, int file)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = file};

	if (epoll_ctl(poller, EPOLL_CTL_ADD, file, &event))
		fail("epoll_ctl");
}

static int serve_at(int type, const struct sockaddr_in *where)
{
	int file = open_socket(type | SOCK_NONBLOCK);
	int yes = 1;

	setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(file, (const struct sockaddr *)where, sizeof(*where)))
		fail("bind");
	if (type == SOCK_STREAM && listen(file, BACKLOG))
		fail("listen");
	return file;
}

static void echo(int file)
{
	struct sockaddr_in client;
	socklen_t size = sizeof(client);
	ssize_t got;

	while ((got = recvfrom(file, buffer, MESSAGE, 0, (struct sockaddr *)&client, &size)) >= 0)
		sendto(file, buffer, got, 0, (struct sockaddr *)&client, size);
}

static void name(int file, char *answer)
{
	struct sockaddr_in self;
	socklen_t size = sizeof(self);

	getsockname(file, (struct sockaddr *)&self, &size);
	memset(answer, 0, MESSAGE);
	inet_ntop(AF_INET, &self.sin_addr, answer, MESSAGE);
}

// Returns whether the connection goes on.
static int answer(int file)
{
	ssize_t got = recv(file, buffer, to_swallow[file] ? CHUNK : MESSAGE, 0);

	if (got < 0 && errno == EAGAIN)
		return 1;
	if (got <= 0)
		return 0;
	if (to_swallow[file]) {
		to_swallow[file] -= (uint64_t)got < to_swallow[file] ? (uint64_t)got : to_swallow[file];
		if (to_swallow[file])
			return 1;
	} else if (buffer[0] == SWALLOW) {
		memcpy(&to_swallow[file], buffer + 1, sizeof(to_swallow[file]));
		return 1;
	} else if (buffer[0] == NAME) {
		name(file, buffer);
	}
	return send(file, buffer, MESSAGE, MSG_NOSIGNAL) == MESSAGE;
}

static void accept_all(int poller, int listener)
{
	int file;

	while ((file = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (file >= MOST_FILES) {
			close(file);
			continue;
		}
		to_swallow[file] = 0;
		watch(poller, file);
	}
}

static int serve(int port, char **ips, int count)
{
	int poller = epoll_create1(EPOLL_CLOEXEC);
	char kind[MOST_FILES] = {0};
	struct epoll_event events[MOST_EVENTS];

	for (int i = 0; i < count; i++) {
		struct sockaddr_in where = address(ips[i], port);
		int listener = serve_at(SOCK_STREAM, &where);
		int datagrams = serve_at(SOCK_DGRAM, &where);

		kind[listener] = 'l';
		kind[datagrams] = 'd';
		watch(poller, listener);
		watch(poller, datagrams);
	}
	puts("serving");
	fflush(stdout);
	for (;;) {
		int ready = epoll_wait(poller, events, MOST_EVENTS, -1);

		for (int i = 0; i < ready; i++) {
			int file = events[i].data.fd;

			if (kind[file] == 'l')
				accept_all(poller, file);
			else if (kind[file] == 'd')
				echo(file);
			else if (!answer(file))
				close(file);
		}
	}
}

// --------------------------------------------------------------------------------------------- clients

static int send_all(int file, const char *bytes, size_t size)
{
	while (size) {
		ssize_t sent = send(file, bytes, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return 0;
		bytes += sent;
		size -= (size_t)sent;
	}
	return 1;
}

static int receive(int file, char *bytes)
{
	return recv(file, bytes, MESSAGE, MSG_WAITALL) == MESSAGE;
}

// A connection that is closed by a reset: nothing waits in TIME_WAIT and no port is missed later.
static int connected(const struct sockaddr_in *target)
{
	struct linger reset = {.l_onoff = 1, .l_linger = 0};
	int file = open_socket(SOCK_STREAM);

	setsockopt(file, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (connect(file, (const struct sockaddr *)target, sizeof(*target))) {
		close(file);
		return -1;
	}
	return file;
}

static int ask(int file, char kind, char *reply)
{
	char request[MESSAGE] = {kind};

	return send_all(file, request, MESSAGE) && receive(file, reply);
}

static int one_connection(const struct sockaddr_in *target)
{
	char reply[MESSAGE];
	int file = connected(target);
	int answered = file >= 0 && ask(file, ANSWER, reply);

	if (file >= 0)
		close(file);
	return answered;
}

// One request from a socket of its own, as resolvers ask.
static int one_datagram(const struct sockaddr_in *target)
{
	char request[MESSAGE] = {ANSWER};
	struct timeval patience = {.tv_sec = 2};
	int file = open_socket(SOCK_DGRAM);
	int answered;

	setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	answered = !connect(file, (const struct sockaddr *)target, sizeof(*target)) &&
		   send(file, request, MESSAGE, 0) == MESSAGE && recv(file, request, MESSAGE, 0) == MESSAGE;
	close(file);
	return answered;
}

static long carry(const struct share *share, int (*request)(const struct sockaddr_in *))
{
	long failed = 0;

	for (long i = share->first; i < share->first + share->count; i++) {
		uint64_t begun = now();

		if (!request(&share->targets->address[i % share->targets->count]))
			failed++;
		share->samples[i] = now() - begun;
	}
	return failed;
}

static void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED)
		fail("mmap");
	return memory;
}

static void write_samples(const char *path, const uint64_t *samples, long count)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(samples, sizeof(*samples), (size_t)count, file) != (size_t)count || fclose(file))
		fail(path);
}

// `workers` processes with a request in flight each; the time is from a common start to the last one's end.
static int requests(int (*request)(const struct sockaddr_in *), const struct targets *targets, long count,
		    long workers, const char *path, pid_t server)
{
	cpu_set_t before = share_processor(server);
	uint64_t *samples = shared_memory((size_t)count * sizeof(*samples));
	long *failures = shared_memory((size_t)workers * sizeof(*failures));
	long failed = 0;
	int start[2];
	uint64_t begun;
	char gone;

	if (pipe2(start, O_CLOEXEC))
		fail("pipe");
	for (long worker = 0; worker < workers; worker++) {
		long first = count * worker / workers;
		struct share share = {targets, samples, first, count * (worker + 1) / workers - first};

		if (fork() == 0) {
			close(start[1]);
			// At its end, the pipe tells all workers at once.
			if (read(start[0], &gone, 1) == 0)
				failures[worker] = carry(&share, request);
			_exit(0);
		}
	}
	close(start[0]);
	begun = now();
	close(start[1]);
	while (wait(NULL) > 0)
		;
	begun = now() - begun;
	use(server, &before);
	for (long worker = 0; worker < workers; worker++)
		failed += failures[worker];
	write_samples(path, samples, count);
	printf("count=%ld failed=%ld nanos=%llu\n", count, failed, (unsigned long long)begun);
	return 0;
}

// One request after another over one connection. The first is not timed: the server still accepts then.
static int kept(const struct sockaddr_in *target, long count, const char *path, pid_t server)
{
	cpu_set_t before = share_processor(server);
	uint64_t *samples = shared_memory((size_t)count * sizeof(*samples));
	char reply[MESSAGE];
	int file = connected(target);
	int good = file >= 0 && ask(file, ANSWER, reply);
	long answered = 0;
	uint64_t begun = now();

	while (good && answered < count) {
		uint64_t asked = now();

		good = ask(file, ANSWER, reply);
		samples[answered] = now() - asked;
		answered += good;
	}
	begun = now() - begun;
	use(server, &before);
	write_samples(path, samples, answered);
	printf("count=%ld failed=%ld nanos=%llu\n", count, count - answered, (unsigned long long)begun);
	return 0;
}

static int stream(const struct sockaddr_in *target, uint64_t bytes)
{
	char request[MESSAGE] = {SWALLOW};
	char reply[MESSAGE];
	int file = connected(target);
	uint64_t begun, left = bytes;
	int failed = file < 0;

	memcpy(request + 1, &bytes, sizeof(bytes));
	begun = now();
	failed = failed || !send_all(file, request, MESSAGE);
	while (!failed && left) {
		uint64_t next = left < CHUNK ? left : CHUNK;

		failed = !send_all(file, buffer, next);
		left -= next;
	}
	failed = failed || !receive(file, reply);
	printf("count=%llu failed=%d nanos=%llu\n", (unsigned long long)bytes, failed,
	       (unsigned long long)(now() - begun));
	return 0;
}

// Connects again and again until the server at `wanted` answers, and tells when that was.
static int await(const struct sockaddr_in *target, const char *wanted, long pause_micros)
{
	struct timespec pause = {.tv_sec = 0, .tv_nsec = pause_micros * 1000};
	char reply[MESSAGE];
	long tries = 0;

	puts("looking");
	fflush(stdout);
	for (;;) {
		int file = connected(target);
		int answered = file >= 0 && ask(file, NAME, reply);

		if (file >= 0)
			close(file);
		tries++;
		if (answered && !strncmp(reply, wanted, MESSAGE))
			break;
		nanosleep(&pause, NULL);
	}
	printf("count=%ld failed=0 at=%llu\n", tries, (unsigned long long)now());
	return 0;
}

// Runs a command with a file as its input, and tells when it began and how long it took.
static int timed(const char *input, char **command)
{
	uint64_t begun = now(), nanos;
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		int file = open(input, O_RDONLY);

		if (file < 0 || dup2(file, 0) < 0 || dup2(2, 1) < 0)
			fail(input);
		execvp(command[0], command);
		fail(command[0]);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		fail("waitpid");
	nanos = now() - begun;
	printf("count=1 failed=%d nanos=%llu at=%llu\n", status != 0, (unsigned long long)nanos,
	       (unsigned long long)begun);
	return status != 0;
}

static int usage(void)
{
	fputs("usage: load serve PORT IP...\n"
	      "       load connections|datagrams TARGETS COUNT IN-FLIGHT SAMPLES-FILE SERVER-PID\n"
	      "       load kept TARGET COUNT SAMPLES-FILE SERVER-PID\n"
	      "       load stream TARGET BYTES\n"
	      "       load await TARGET IP PAUSE-MICROS\n"
	      "       load timed INPUT-FILE COMMAND...\n"
	      "TARGETS are IP:PORT,..., taken by turns. Results are KEY=VALUE on one line.\n",
	      stderr);
	return 2;
}

int main(int count, char **arguments)
{
	const char *command = count > 2 ? arguments[1] : "";
	struct targets at;

	if (!strcmp(command, "serve") && count > 3)
		return serve(atoi(arguments[2]), arguments + 3, count - 3);
	if (!strcmp(command, "timed") && count > 3)
		return timed(arguments[2], arguments + 3);
	if (count < 4)
		return usage();
	at = targets(arguments[2]);
	if (!at.count)
		return usage();
	if (!strcmp(command, "connections") && count == 7)
		return requests(one_connection, &at, atol(arguments[3]), atol(arguments[4]), arguments[5],
				atoi(arguments[6]));
	if (!strcmp(command, "datagrams") && count == 7)
		return requests(one_datagram, &at, atol(arguments[3]), atol(arguments[4]), arguments[5],
				atoi(arguments[6]));
	if (!strcmp(command, "kept") && count == 6)
		return kept(&at.address[0], atol(arguments[3]), arguments[4], atoi(arguments[5]));
	if (!strcmp(command, "stream") && count == 4)
		return stream(&at.address[0], strtoull(arguments[3], NULL, 10));
	if (!strcmp(command, "await") && count == 5)
		return await(&at.address[0], arguments[3], atol(arguments[4]));
	return usage();
}
