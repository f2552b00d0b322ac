// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Turns records of another class loader into those of this one. */
final class RecordCopy {
  private RecordCopy() {}

  /** A copy of a record, an enum constant or a collection of such; other values as they are. */
  static Object of(Object value) {
    try {
      return switch (value) {
        case Optional<?> optional -> optional.map(RecordCopy::of);
        case List<?> list -> list.stream().map(RecordCopy::of).toList();
        case Set<?> set -> copy(set);
        case Enum<?> constant when isForeign(constant.getDeclaringClass()) -> constant(constant);
        case Record record when isForeign(record.getClass()) -> copy(record);
        default -> value;
      };
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isForeign(Class<?> type) throws ClassNotFoundException {
    return ours(type) != type;
  }

  private static Class<?> ours(Class<?> type) throws ClassNotFoundException {
    return type.isPrimitive() ? type : Class.forName(type.getName());
  }

  private static Set<Object> copy(Set<?> set) {
    Set<Object> copies = new LinkedHashSet<>();
    set.forEach(element -> copies.add(of(element)));
    return copies;
  }

  private static Object constant(Enum<?> constant) throws ClassNotFoundException {
    for (Object candidate : ours(constant.getDeclaringClass()).getEnumConstants()) {
      if (((Enum<?>) candidate).name().equals(constant.name())) {
        return candidate;
      }
    }
    throw new IllegalArgumentException(constant.toString());
  }

  private static Object copy(Record record) throws ReflectiveOperationException {
    RecordComponent[] components = record.getClass().getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int index = 0; index < components.length; index++) {
      types[index] = ours(components[index].getType());
      Method accessor = components[index].getAccessor();
      accessor.setAccessible(true);
      values[index] = of(accessor.invoke(record));
    }
    Constructor<?> constructor = ours(record.getClass()).getDeclaredConstructor(types);
    constructor.setAccessible(true);
    return constructor.newInstance(values);
  }
}
