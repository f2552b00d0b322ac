// SPDX-License-Identifier: Apache-2.0
/*
 * /usr/bin/sluice of the container image, which has no shell: starts the Java runtime with the
 * options in a file and hands its own arguments on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JAVA "/opt/sluice/java/bin/java"

int main(int count, char **arguments)
{
	static char options[] = "@/opt/sluice/java.options";
	static char main_class[] = "dev.sluice.cli.Sluice";
	char **command = calloc((size_t)count + 3, sizeof(*command));

	if (!command) {
		fputs("sluice: out of memory\n", stderr);
		return 125;
	}
	command[0] = arguments[0];
	command[1] = options;
	command[2] = main_class;
	for (int i = 1; i < count; i++)
		command[i + 2] = arguments[i];
	execv(JAVA, command);
	fprintf(stderr, "sluice: cannot run %s: %s\n", JAVA, strerror(errno));
	return 127;
}
