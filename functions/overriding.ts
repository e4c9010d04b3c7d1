/** `target` with some of its methods replaced: a port that does something more, and is the port in all else. */
export function overriding<T extends object>(target: T, own: Partial<T>): T {
  return new Proxy(target, {
    get(object, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof T];
      const value: unknown = Reflect.get(object, name, object);
      // Bound to the object itself: private fields are not seen through a proxy.
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}
