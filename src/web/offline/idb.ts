// IndexedDB as promises, and no more of it than gate and desk need.

export function openDatabase(
  name: string,
  version: number,
  upgrade: (database: IDBDatabase) => void,
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => upgrade(request.result);
    request.onerror = () => reject(request.error ?? new Error(`${name} cannot be opened`));
    request.onblocked = () => reject(new Error(`${name} is open in an older page: close it`));
    request.onsuccess = () => {
      const database = request.result;
      // Whoever wipes the device must not wait for this page.
      database.onversionchange = () => database.close();
      resolve(database);
    };
  });
}

export function removeDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error(`${name} cannot be removed`));
    // Pages that have it open close it when they are asked to; the removal goes on by itself.
    request.onblocked = () => resolve();
  });
}

export function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () =>
      reject(request.error ?? new Error('the storage of this browser failed'));
  });
}

/** Resolves after `complete`: with `strict` durability what was written survives a loss of power. */
export function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = () =>
      reject(transaction.error ?? new Error('the storage of this browser failed'));
    transaction.oncomplete = () => resolve();
    transaction.onerror = failed;
    transaction.onabort = failed;
  });
}
