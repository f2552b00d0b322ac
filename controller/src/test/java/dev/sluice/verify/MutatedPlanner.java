// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceState;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The classes of {@code dev.sluice.plan} loaded a second time, one of them changed. */
final class MutatedPlanner implements Testbed.Planning {
  private static final String PLANNER = Planner.class.getName();

  private final Constructor<?> constructor;
  private final Method plan;

  /**
   * Compiles a mutation.
   *
   * @param mutation empty for the classes as they are
   */
  MutatedPlanner(Optional<Mutation> mutation) {
    try {
      Class<?> planner =
          new PlanLoader(mutation.map(MutatedPlanner::compile).orElse(Map.of())).loadClass(PLANNER);
      constructor = planner.getConstructor(NodeFacts.class, ProxyConfig.class);
      plan = planner.getMethod("plan", ServiceState.class);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Function<ServiceState, ServicePlan> on(NodeFacts node, ProxyConfig config) {
    try {
      Object planner = constructor.newInstance(node, config);
      return state -> plan(planner, state);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private ServicePlan plan(Object planner, ServiceState state) {
    try {
      return (ServicePlan) RecordCopy.of(plan.invoke(planner, state));
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, byte[]> compile(Mutation mutation) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    try (Output output = new Output(compiler.getStandardFileManager(null, null, null))) {
      boolean compiled =
          compiler
              .getTask(
                  errors,
                  output,
                  null,
                  List.of("-proc:none", "-classpath", classesOfThePlan()),
                  null,
                  List.of(new Source(mutation)))
              .call();
      assertThat(compiled).as("%s does not compile: %s", mutation, errors).isTrue();
      return output.classes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String classesOfThePlan() {
    return Planner.class.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(Mutation mutation) {
      super(URI.create("string:///" + mutation.type() + ".java"), Kind.SOURCE);
      this.text = mutation.source();
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Keeps what is compiled in memory. */
  private static final class Output extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

    Output(JavaFileManager other) {
      super(other);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("mem:///" + className + kind.extension), kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          written.put(className, bytes);
          return bytes;
        }
      };
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new HashMap<>();
      written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
      return classes;
    }
  }

  /** Has classes of the plan of its own, and shares all others. */
  private static final class PlanLoader extends ClassLoader {
    private final Map<String, byte[]> changed;

    PlanLoader(Map<String, byte[]> changed) {
      super(Planner.class.getClassLoader());
      this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(Planner.class.getPackageName() + ".")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? define(name) : loaded;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      byte[] bytes = changed.containsKey(name) ? changed.get(name) : compiled(name);
      return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] compiled(String name) throws ClassNotFoundException {
      try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (file == null) {
          throw new ClassNotFoundException(name);
        }
        return file.readAllBytes();
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
