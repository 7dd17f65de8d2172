// forget.js: removes from this browser what it holds of a session that its participant had erased: what is
// filled in on forms and was not sent, and batches that no server will take any more.

const { session } = document.querySelector("script[data-session][src*='forget']").dataset;

for (const key of Object.keys(sessionStorage)) {
  if (key.startsWith(`vmstudy unsent ${session}/`)) sessionStorage.removeItem(key);
}

const request = indexedDB.open("vmstudy");
request.onupgradeneeded = () => request.transaction.abort(); // there is no shelf in this browser, so nothing is on it
request.onsuccess = () => {
  const db = request.result;
  const own = IDBKeyRange.bound([Number(session)], [Number(session), []]); // IndexedDB sorts arrays after numbers
  db.transaction("batches", "readwrite").objectStore("batches").delete(own).onsuccess = () => db.close();
};
