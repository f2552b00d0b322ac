/** Generates Java from the BTF of compiled objects, so that the C header is the only contract. */
package dev.sluice.loader.codegen;
